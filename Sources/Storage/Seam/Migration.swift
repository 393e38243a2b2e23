/// One step of a domain's schema: compiled in, applied once, never changed afterwards.
package struct Migration: Sendable {
    /// `identity/0001-people`: unique, sorted by text within a domain.
    package let id: String
    /// Statements in order, in the portable subset; `CREATE TABLE`, indexes, back-fills.
    package let statements: [SQL]

    package init(_ id: String, _ statements: [SQL]) {
        self.id = id
        self.statements = statements
    }
}
