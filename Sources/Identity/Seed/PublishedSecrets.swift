import Core

/// What the demo prints for everybody to read: worth nothing as a secret anywhere else.
enum PublishedSecrets {
    /// Secrets of systems and devices in `config/seed`, and any that are named like them.
    static func contain(_ secret: Secret<String>) -> Bool { secret.reveal().hasPrefix("demo-only-") }

    /// The password of the demo's people, on its sign-in page and in `config/seed/people.json`.
    static let password = FoldedPassword("Yimen-demo-2026")
}
