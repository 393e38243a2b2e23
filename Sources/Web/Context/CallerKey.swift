#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The name under which a caller is counted, by the rate limits as by the sign-in throttle.
package enum CallerKey {
    /// IPv6 addresses count by their /64, which is what one household or one attacker is given; IPv4 addresses written
    /// as IPv6 count as IPv4. Any other key stays as it is.
    package static func normalise(_ key: String) -> String {
        guard key.utf8.count <= 45, key.utf8.contains(UInt8(ascii: ":")) else { return key }
        var address = in6_addr()
        guard inet_pton(AF_INET6, key, &address) == 1 else { return key }
        return withUnsafeBytes(of: address) { bytes in
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            return isMapped
                ? bytes.suffix(4).map { String($0) }.joined(separator: ".")
                : bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
        }
    }
}
