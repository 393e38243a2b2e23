package import Core

/// An authorization request that has passed every check: what is left is to find out who asks.
/// Kept as JSON while a person signs in.
package struct AuthorizationRequest: Sendable, Hashable, Codable {
    package enum ResponseMode: String, Sendable, Codable, CaseIterable {
        case query
        /// OAuth 2.0 Form Post Response Mode §2.
        case formPost = "form_post"
    }

    package enum Prompt: String, Sendable, Codable, CaseIterable {
        case none, login
        /// Accepted and met by what sign-in does anyway (OpenID Connect Core §3.1.2.1).
        case consent
        case selectAccount = "select_account"
    }

    package var clientID: String
    package var redirectURI: String
    package var responseMode: ResponseMode = .query
    package var scopes: [String] = []
    package var state: String?
    package var nonce: String?
    package var codeChallenge: String?
    package var prompt: Set<Prompt> = []
    /// Seconds since the last real authentication.
    package var maxAge: Int?
    package var loginHint: String?
    /// `sub` of a verified `id_token_hint`.
    package var hintedPerson: String?
    /// BCP 47 tags in order of preference, as sent.
    package var uiLocales: String?
    package var acrValues: [String] = []
    package let createdAt: Instant

    init(clientID: String, redirectURI: String, createdAt: Instant) {
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.createdAt = createdAt
    }
}
