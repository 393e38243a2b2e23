import Core

/// A request that a person decides on another device than the one that waits for the tokens.
struct Approval: Sendable {
    enum Kind: String, Sendable {
        /// RFC 8628: whoever holds the user code decides.
        case device
        /// OpenID Connect CIBA: the person whom the system named decides.
        case ciba
    }

    enum State: String, Sendable {
        case waiting, approved, denied
        /// The tokens have been collected.
        case redeemed
    }

    let id: String
    let kind: Kind
    let clientID: String
    let personID: String?
    let scopes: [String]
    let terms: GrantTerms
    /// Shown on both screens, so that the person can compare (CIBA Core §7.1).
    let bindingMessage: String?
    let state: State
    /// The least time between two polls; grows by 5 s with every one that comes too soon.
    let interval: Duration
    let createdAt: Instant
    let expiresAt: Instant
    /// What the person approved.
    let grant: Grant?
}
