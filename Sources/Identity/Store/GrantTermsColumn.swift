import Storage

/// `GrantTerms` in one TEXT column. Most grants have none, and every code and every refresh reads them.
enum GrantTermsColumn {
    private static let none = "{}"

    static func encode(_ terms: GrantTerms) throws -> String {
        terms.isEmpty ? none : try JSONColumn.encode(terms)
    }

    static func decode(_ text: String) throws -> GrantTerms {
        text == none ? GrantTerms() : try JSONColumn.decode(text)
    }
}
