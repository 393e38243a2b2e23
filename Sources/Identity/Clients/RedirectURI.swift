/// What a redirect URI may be, and when a requested one equals a registered one.
enum RedirectURI {
    /// Why a URI may not be registered; `nil` when it may.
    ///
    /// 1. absolute, no fragment (RFC 6749 §3.1.2), no user information, no control or non-ASCII
    ///    characters, no dot segments, at most 2,000 characters;
    /// 2. `https`, or `http` on a loopback address or `localhost` (RFC 8252 §7.3);
    /// 3. for native apps a private scheme that contains a dot (RFC 8252 §7.1).
    static func fault(registering uri: String) -> String? {
        guard !uri.isEmpty, uri.utf8.count <= 2000 else { return "must be 1 to 2000 characters long" }
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }) else {
            return "holds a character that no URI may hold unescaped"
        }
        guard !uri.contains("#") else { return "must not have a fragment" }
        guard let parts = Parts(uri) else { return "is not an absolute URI" }
        guard !parts.authority.contains("@") else { return "must not hold user information" }
        let segments = parts.path.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.contains(where: isDotSegment) else { return "must not hold dot segments" }
        switch parts.scheme {
        case "https": return parts.host.isEmpty ? "has no host" : nil
        case "http": return parts.isLoopback ? nil : "must be https; http is for localhost only"
        case "javascript", "data", "file", "vbscript", "blob", "about": return "has a scheme that is not allowed"
        default: return parts.scheme.contains(".") ? nil : "has a private scheme without a dot (RFC 8252 §7.1)"
        }
    }

    /// Byte for byte (RFC 9700 §2.1, §4.1.3), except that the port of a loopback IP address may
    /// differ, since a native app takes the port the system gives it (RFC 8252 §7.3).
    static func matches(_ requested: String, registered: [String]) -> Bool {
        registered.contains { candidate in
            if equal(candidate, requested) { return true }
            guard let left = Parts(candidate), let right = Parts(requested), left.isLoopbackAddress,
                right.isLoopbackAddress, right.hasSanePort
            else { return false }
            return equal(left.withoutPort, right.withoutPort)
        }
    }

    private static let forbidden = Set("\"<>\\^`{|}".utf8)

    /// `String ==` follows Unicode equivalence; redirect URIs are compared as bytes.
    private static func equal(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    private static func isDotSegment(_ segment: Substring) -> Bool {
        let plain = segment.lowercased().replacing("%2e", with: ".")
        return plain == "." || plain == ".."
    }

    /// A URI cut at its first delimiters; nothing is decoded or normalised.
    private struct Parts {
        let scheme: String
        let authority: String
        let host: String
        let port: String?
        let path: String
        let rest: String

        init?(_ uri: String) {
            guard let colon = uri.firstIndex(of: ":") else { return nil }
            let scheme = uri[..<colon]
            guard let first = scheme.utf8.first, (0x61...0x7A).contains(first | 0x20),
                scheme.utf8.allSatisfy({ Parts.isSchemeByte($0) })
            else { return nil }
            self.scheme = scheme.lowercased()
            let after = uri[uri.index(after: colon)...]
            guard after.hasPrefix("//") else {
                authority = ""
                host = ""
                port = nil
                path = String(after.prefix { $0 != "?" })
                rest = String(after)
                return
            }
            let body = after.dropFirst(2)
            let end = body.firstIndex { "/?#".contains($0) } ?? body.endIndex
            authority = String(body[..<end])
            rest = String(body[end...])
            path = String(body[end...].prefix { $0 != "?" && $0 != "#" })
            if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
                host = String(authority[...close])
                let tail = authority[authority.index(after: close)...]
                port = tail.hasPrefix(":") ? String(tail.dropFirst()) : nil
                guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            } else if let mark = authority.lastIndex(of: ":") {
                host = String(authority[..<mark])
                port = String(authority[authority.index(after: mark)...])
            } else {
                host = authority
                port = nil
            }
        }

        var isLoopbackAddress: Bool { scheme == "http" && (host == "127.0.0.1" || host == "[::1]") }
        var isLoopback: Bool { isLoopbackAddress || (scheme == "http" && host == "localhost") }
        var withoutPort: String { scheme + "://" + host + rest }

        var hasSanePort: Bool {
            guard let port else { return true }
            return !port.isEmpty && port.utf8.allSatisfy { (0x30...0x39).contains($0) } && port.utf8.count <= 5
        }

        private static func isSchemeByte(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
        }
    }
}
