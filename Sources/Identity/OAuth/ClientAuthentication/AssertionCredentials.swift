import Core
import Cryptography

/// `client_assertion` in the body (RFC 7523 §2.2, OpenID Connect Core §9 `private_key_jwt`).
struct AssertionCredentials: ClientAuthenticationMethod {
    static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    func credentials(in request: ClientRequest) throws(OAuthError) -> PresentedCredentials? {
        let assertion = request.form.value("client_assertion")
        let type = request.form.value("client_assertion_type")
        if assertion == nil, type == nil { return nil }
        guard let assertion, type == Self.type else {
            throw OAuthError(.invalidClient, "client_assertion and client_assertion_type do not belong together")
        }
        // Whose keys to take: the assertion is checked afterwards, its subject included.
        guard let claims = try? TokenSigner.unverifiedPayload(assertion), let subject = claims["sub"]?.stringValue
        else { throw OAuthError(.invalidClient, "the client assertion is malformed or names no subject") }
        if let beside = request.form.value("client_id"), beside != subject {
            throw OAuthError(.invalidClient, "client_id differs from the client that authenticates")
        }
        return PresentedCredentials(clientID: subject, proof: .assertion(assertion))
    }
}
