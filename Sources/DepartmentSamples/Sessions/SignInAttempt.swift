import Crypto
import Foundation

/// One journey to the identity provider and back. Each tab has its own, so that two at once do not disturb each other.
struct SignInAttempt: Sendable {
    /// Returned to us as `state`.
    let state = Handle.make()
    /// Returned to us inside the ID token.
    let nonce = Handle.make()
    /// PKCE (RFC 7636 §4.1); only its hash leaves this program before the code does.
    let verifier = Handle.make()
    /// The cookie of the browser that began it: another browser cannot finish it (login CSRF).
    let browser: String
    let began: Date

    var challenge: String { Base64URLText.encode(SHA256.hash(data: Data(verifier.utf8))) }
}

/// A person signed in at one department, by that department's own cookie.
struct LocalSession: Sendable {
    let subject: String
    /// The provider's session id, by which a back-channel logout finds this session.
    let providerSession: String?
    let displayName: String
    /// The ID token as received: the hint for signing out.
    let idToken: String
    /// What the page shows of the ID token and of the userinfo answer.
    let claims: [Claim]
    let userInfo: [Claim]
    let began: Date

    struct Claim: Sendable {
        let name: String
        let value: String
    }
}
