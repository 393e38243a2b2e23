/// What a redirect URI may be, and when a requested one equals a registered one.
enum RedirectURI {
    /// Why a URI may not be registered; `nil` when it may.
    ///
    /// 1. absolute, no fragment (RFC 6749 §3.1.2), no user information, no control or non-ASCII
    ///    characters, escaped or not, no dot segments, at most 2,000 characters;
    /// 2. `https`, or `http` on a loopback address or `localhost` (RFC 8252 §7.3), with a host and port as browsers
    ///    write them;
    /// 3. for native public clients a private scheme that contains a dot (RFC 8252 §7.1).
    static func fault(registering uri: String, isNative: Bool) -> String? {
        guard !uri.isEmpty, uri.utf8.count <= 2000 else { return "must be 1 to 2000 characters long" }
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }) else {
            return "holds a character that no URI may hold unescaped"
        }
        guard hasGoodEscapes(uri) else { return "holds a broken escape or the escape of a control character" }
        guard !uri.contains("#") else { return "must not have a fragment" }
        guard let parts = Parts(uri) else { return "is not an absolute URI; it starts with https://" }
        guard !parts.authority.contains("@") else { return "must not hold user information" }
        let segments = parts.path.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.contains(where: isDotSegment) else { return "must not hold dot segments" }
        switch parts.scheme {
        case "https", "http":
            guard !parts.host.isEmpty else { return "has no host" }
            guard parts.hasPlainHost else { return "has a host that is no name or address in lower case" }
            guard parts.hasSanePort else { return "has no port between 1 and 65535 behind the colon" }
            return parts.scheme == "https" || parts.isLoopback ? nil : "must be https; http is for localhost only"
        case "javascript", "data", "file", "vbscript", "blob", "about", "intent", "view-source":
            return "has a scheme that is not allowed"
        default:
            guard isNative else { return "has a private scheme, which is for native public clients; use https" }
            return parts.scheme.contains(".") ? nil : "has a private scheme without a dot (RFC 8252 §7.1)"
        }
    }

    /// Every `%` is followed by two digits, and none of them stands for a control character.
    private static func hasGoodEscapes(_ uri: String) -> Bool {
        let bytes = Array(uri.utf8)
        for (index, byte) in bytes.enumerated() where byte == 0x25 {
            guard index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16),
                bytes[index + 1] != 0x2B, bytes[index + 1] != 0x2D
            else { return false }
            if value < 0x20 || value == 0x7F { return false }
        }
        return true
    }

    /// Byte for byte (RFC 9700 §2.1, §4.1.3), except that the port of a loopback IP address may
    /// differ for a native app, since it takes the port the system gives it (RFC 8252 §7.3).
    static func matches(_ requested: String, registered: [String], isNative: Bool) -> Bool {
        registered.contains { candidate in
            if equal(candidate, requested) { return true }
            guard isNative, let left = Parts(candidate), let right = Parts(requested), left.isLoopbackAddress,
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
    struct Parts {
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
            guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), port.utf8.count <= 5,
                port.utf8.first != 0x30, let number = Int(port)
            else { return false }
            return number <= 65_535
        }

        /// Letters, digits, dots and hyphens in lower case, or an IPv6 address in brackets.
        var hasPlainHost: Bool {
            if host.hasPrefix("[") {
                let inner = host.dropFirst().dropLast()
                return inner.contains(":")
                    && inner.utf8.allSatisfy {
                        (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x3A || $0 == 0x2E
                    }
            }
            let labels = host.split(separator: ".", omittingEmptySubsequences: false)
            return host.utf8.count <= 253
                && labels.allSatisfy { label in
                    (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                        && label.utf8.allSatisfy {
                            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
                        }
                }
        }

        private static func isSchemeByte(_ byte: UInt8) -> Bool {
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
        }
    }
}
