package import Core

/// An authorization request that has passed every check: what is left is to find out who asks.
/// Kept as JSON while a person signs in, and while a pushed request waits for its browser.
package struct AuthorizationRequest: Sendable, Hashable, Codable {
    package enum Prompt: String, Sendable, Codable, CaseIterable {
        case none, login, consent
        case selectAccount = "select_account"
    }

    package var clientID: String
    package var redirectURI: String
    package var responseMode: ResponseMode = .query
    /// Signature of an answer in JWT form; set with such a mode only.
    package var responseAlgorithm: String?
    package var scopes: [String] = []
    /// Where the access tokens are to be used (RFC 8707 §2).
    package var resources: [String] = []
    /// What the `claims` parameter asks for beyond the scopes (OpenID Connect Core §5.5).
    package var claims: RequestedClaims?
    package var state: String?
    package var nonce: String?
    package var codeChallenge: String?
    /// Thumbprint of the DPoP key that the code will be bound to (RFC 9449 §10).
    package var dpopKey: String?
    package var prompt: Set<Prompt> = []
    /// Seconds since the last real authentication.
    package var maxAge: Int?
    package var loginHint: String?
    /// The person of a verified `id_token_hint`.
    package var hintedPerson: String?
    /// `sub` asked for by the `claims` parameter, as the client knows the person.
    package var requestedSubject: String?
    /// BCP 47 tags in order of preference, as sent.
    package var uiLocales: String?
    /// Levels wished for in order of preference; reached if possible (OpenID Connect Core §3.1.2.1).
    package var acrValues: [AssuranceLevel] = []
    /// One of these must be reached, or the answer is an error (OpenID Connect Core §5.5.1.1).
    package var essentialLevels: [AssuranceLevel] = []
    package var createdAt: Instant

    /// Came through the pushed authorization endpoint (RFC 9126).
    package var isPushed = false
    /// Came as a request object signed by the client (RFC 9101).
    package var isSigned = false
    /// Digest of the pushed handle, which is spent by the answer.
    package var pushedHash: String?
    /// The session that a sign-in on the page of this very request opened or renewed.
    package var freshSession: String?
    /// The session that the person has chosen to go on with (`prompt=select_account`).
    package var chosenSession: String?
    /// The person wants to sign in as somebody else.
    package var wantsOtherAccount = false

    init(clientID: String, redirectURI: String, createdAt: Instant) {
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.createdAt = createdAt
    }
}
