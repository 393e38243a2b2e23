/// A path and query on this site, safe to redirect to.
///
/// Refuses whatever a browser could read as another site: schemes, `//host`, `/\host`, control
/// characters, white space, user information tricks behind backslashes (WHATWG URL standard).
package struct ReturnPath: Sendable, Hashable {
    package let text: String

    package static let home = ReturnPath(unchecked: "/")

    private init(unchecked text: String) {
        self.text = text
    }

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == 0x2F, bytes.count <= 2048 else { return nil }
        if bytes.count > 1, bytes[1] == 0x2F || bytes[1] == 0x5C { return nil }
        let isPlain = bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x5C && $0 != 0x23 }
        guard isPlain, !ReturnPath.hasEmptyRoot(text) else { return nil }
        self.text = text
    }

    /// `/.//host`, `/..//host` and their escaped forms become `//host` when dot segments are removed.
    private static func hasEmptyRoot(_ text: String) -> Bool {
        let path = text.prefix { $0 != "?" }
        for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let plain = segment.lowercased().replacing("%2e", with: ".")
            if plain == "." || plain == ".." { return true }
        }
        return path.contains("//")
    }
}
