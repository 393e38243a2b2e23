import Foundation

/// The address that a DPoP proof is for, in the form in which two spellings of one address are equal
/// (RFC 9449 §4.3 item 9 with RFC 3986 §6.2.2, §6.2.3): without query and fragment, scheme and host in lower case, no
/// default port, escapes of unreserved characters undone.
struct TargetURI: Hashable {
    private let scheme: String
    private let host: String
    private let port: Int
    private let path: String

    /// - Returns: `nil` for what is no absolute http or https address.
    init?(_ text: String) {
        guard text.utf8.count <= 2048, let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http",
            let host = parts.encodedHost?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil
        else { return nil }
        self.scheme = scheme
        self.host = host
        port = parts.port ?? (scheme == "https" ? 443 : 80)
        path = parts.percentEncodedPath.isEmpty ? "/" : Self.normalised(parts.percentEncodedPath)
    }

    private static func normalised(_ path: String) -> String {
        var result = [UInt8]()
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                result.append(byte)
                continue
            }
            if isUnreserved(value) {
                result.append(value)
            } else {
                result.append(0x25)
                result += String(decoding: rest.prefix(2), as: UTF8.self).uppercased().utf8
            }
            rest = rest.dropFirst(2)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
    }
}
