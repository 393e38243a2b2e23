import Core

/// `client_id` and perhaps `client_secret` in the body (RFC 6749 §2.3.1); a public client sends the
/// id alone (§3.2.1). Never in the URL: the endpoint reads no query.
struct PostedCredentials: ClientAuthenticationMethod {
    func credentials(in request: ClientRequest) throws(OAuthError) -> PresentedCredentials? {
        let secret = request.form.value("client_secret")
        let isProvedElsewhere = request.authorization != nil || request.form.value("client_assertion") != nil
        if isProvedElsewhere, secret == nil { return nil }
        guard let id = request.form.value("client_id") else {
            guard secret == nil else { throw OAuthError(.invalidRequest, "client_id is missing") }
            return nil
        }
        return PresentedCredentials(clientID: id, proof: secret.map { .secret(Secret($0)) } ?? .none)
    }
}
