import HTTPTypes
package import Hummingbird

/// Names and attributes of every cookie (identity rule 21).
///
/// Under https: `__Host-` prefix, `Secure`. On http://localhost, where browsers refuse that prefix,
/// plain names. Always `Path=/; HttpOnly; SameSite=Lax`.
package struct CookiePolicy: Sendable {
    package let isSecure: Bool

    package init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    /// `page` → `__Host-yimen-page` or `yimen-page`.
    package func name(_ noun: String) -> String {
        (isSecure ? "__Host-yimen-" : "yimen-") + noun
    }

    /// The value of the first cookie of this name; `nil` when absent, empty or longer than 4 KiB.
    package func read(_ noun: String, from request: Request) -> String? {
        let wanted = name(noun).utf8
        for header in request.headers[values: .cookie] {
            for (name, value) in CookiePolicy.pairs(of: header) where name.elementsEqual(wanted) {
                return value.isEmpty || value.count > 4096 ? nil : String(Substring(value))
            }
        }
        return nil
    }

    /// The nouns of our cookies in the request that start with `prefix`.
    package func nouns(startingWith prefix: String, in request: Request) -> [String] {
        let wanted = name(prefix).utf8
        let dropped = name("").utf8.count
        return request.headers[values: .cookie].flatMap { header in
            CookiePolicy.pairs(of: header).filter { $0.name.starts(with: wanted) }.map {
                String(Substring($0.name.dropFirst(dropped)))
            }
        }
    }

    /// Bytes, because every page reads several cookies and characters cost ten times as much to tell apart.
    private static func pairs(
        of header: String
    ) -> some Sequence<(name: Substring.UTF8View, value: Substring.UTF8View)> {
        header.utf8.split(separator: UInt8(ascii: ";")).lazy.compactMap { pair in
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (trimmed(pair[..<equals]), trimmed(pair[pair.index(after: equals)...]))
        }
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        text.trimming { $0 == UInt8(ascii: " ") }
    }

    /// - Parameters:
    ///   - value: base64url, hex or another text without separators.
    ///   - lifetime: `nil` keeps the cookie until the browser closes.
    package func set(_ noun: String, to value: String, lifetime: Duration? = nil, on response: inout Response) {
        var text = name(noun) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax"
        if isSecure { text += "; Secure" }
        if let lifetime { text += "; Max-Age=" + String(lifetime.components.seconds) }
        response.headers.append(HTTPField(name: .setCookie, value: text))
    }

    /// A cookie that scripts of this origin may read, also in a frame on another site's page. For values
    /// that give nobody anything.
    package func setReadable(_ noun: String, to value: String, lifetime: Duration? = nil, on response: inout Response) {
        var text = name(noun) + "=" + value + "; Path=/"
        // Browsers take SameSite=None from secure origins only.
        text += isSecure ? "; SameSite=None; Secure" : "; SameSite=Lax"
        if let lifetime { text += "; Max-Age=" + String(lifetime.components.seconds) }
        response.headers.append(HTTPField(name: .setCookie, value: text))
    }

    package func remove(_ noun: String, on response: inout Response) {
        set(noun, to: "", lifetime: .zero, on: &response)
    }
}
