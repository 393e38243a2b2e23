/// The space-separated list of RFC 6749 §3.3, in the order sent and without repetition.
enum ScopeList {
    /// - Returns: `nil` when a token holds a character that RFC 6749 §3.3 does not allow.
    static func parse(_ text: String) -> [String]? {
        var scopes = [String]()
        for part in text.split(separator: " ") {
            guard part.utf8.allSatisfy({ $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) })
            else {
                return nil
            }
            let scope = String(part)
            if !scopes.contains(scope) { scopes.append(scope) }
        }
        return scopes
    }

    static func text(_ scopes: [String]) -> String { scopes.joined(separator: " ") }
}
