package import Core

/// What a person has granted to a client in one authorization: the common root of the code, the
/// access tokens and the refresh family that come from it. Revoking its id stops them all.
package struct Grant: Sendable, Hashable {
    package let id: String
    package let clientID: String
    package let personID: String
    /// The relying session, `sid` of ID tokens and logout tokens.
    package let sid: String
    package let scopes: [String]
    package let acr: AssuranceLevel
    package let amr: [String]
    package let authenticatedAt: Instant
    package var terms = GrantTerms()

    /// The same grant, narrowed (RFC 6749 §6: a refresh may ask for less, never for more).
    func narrowed(to scopes: [String]) -> Grant {
        Grant(
            id: id, clientID: clientID, personID: personID, sid: sid, scopes: scopes, acr: acr, amr: amr,
            authenticatedAt: authenticatedAt, terms: terms)
    }

    /// The same grant as its refresh family keeps it: a public client's refresh tokens are bound to the key of the
    /// first one (RFC 9449 §5, RFC 8705 §4); a confidential client's are bound to its authentication, so that it may
    /// change keys.
    func held(by holder: Confirmation?, _ client: Client) -> Grant {
        var copy = self
        copy.terms.confirmation = client.isPublic ? holder : nil
        return copy
    }
}

/// An authorization code and everything it is bound to (RFC 6749 §4.1.2, RFC 7636 §4.4).
struct AuthorizationCode: Sendable {
    let grant: Grant
    let redirectURI: String
    let codeChallenge: String?
    let nonce: String?
    let expiresAt: Instant
    let redeemedAt: Instant?
}
