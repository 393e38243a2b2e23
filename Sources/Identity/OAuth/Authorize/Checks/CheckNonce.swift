import Web

/// `nonce` is carried into the ID token unchanged or refused, never cut (OpenID Connect Core
/// §3.1.2.1). Optional in the code flow.
struct CheckNonce: AuthorizeCheck {
    static let maximumLength = 1024

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let nonce = parameters.value("nonce") else { return }
        guard nonce.utf8.count <= Self.maximumLength else {
            throw OAuthError(.invalidRequest, "nonce is longer than 1024 bytes")
        }
        request.nonce = nonce
    }
}
