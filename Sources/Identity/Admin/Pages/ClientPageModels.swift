import Core

/// Model of `identity/admin/clients`.
struct ClientListPage: Sendable {
    struct Row: Sendable {
        let url: String
        let id: String
        let name: String
        let department: String
        let isActive: Bool
        let isPending: Bool
        let isDisabled: Bool
        let changed: String
    }

    struct StateChip: Sendable {
        let url: String
        let label: String
        let isCurrent: Bool
    }

    let query: String
    let state: String
    let chips: [StateChip]
    let rows: [Row]
    let isEmpty: Bool
    let next: String?
    let mayChange: Bool
}

/// Model of `identity/admin/client`.
struct ClientPage: Sendable {
    struct Fact: Sendable {
        let label: String
        let values: [String]
    }

    struct Snippet: Sendable {
        let stack: String
        let text: String
    }

    let id: String
    let name: String
    let url: String
    let isActive: Bool
    let isPending: Bool
    let isDisabled: Bool
    /// Version the reader has seen, which is the one that is approved.
    let version: String
    /// A secret made just now; shown once.
    let secret: String?
    let saved: Bool
    let refused: String?
    let discoveryURL: String
    let facts: [Fact]
    let snippets: [Snippet]
    let mayChange: Bool
    let hasSecret: Bool
    let origin: String
    let changed: String
}

/// Model of `identity/admin/client-form`.
struct ClientFormPage: Sendable {
    struct Option: Sendable {
        let value: String
        let label: String
        /// What it is good for, where the label is a code.
        var note: String?
        let isSelected: Bool
    }

    struct Field: Sendable {
        let name: String
        let label: String
        let hint: String?
        let fault: String?
        let value: String
        let isLine: Bool
        let isArea: Bool
        let isChoice: Bool
        let isCheck: Bool
        let isScopes: Bool
        let isChecked: Bool
        let isRequired: Bool
        let options: [Option]
    }

    let isNew: Bool
    let id: String
    let idFault: String?
    /// Version the reader has seen; empty for a new client.
    let version: String
    let action: String
    let back: String
    let first: [Field]
    let more: [Field]
    let moreIsOpen: Bool
    let hasFaults: Bool
    /// Faults of members that the form does not offer.
    let others: [String]
}
