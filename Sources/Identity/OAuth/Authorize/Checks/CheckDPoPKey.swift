import Web

/// `dpop_jkt` binds the code to a key before it exists (RFC 9449 §10): a SHA-256 thumbprint in base64url.
struct CheckDPoPKey: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let thumbprint = parameters.value("dpop_jkt") else { return }
        // A SHA-256 in base64url looks the same wherever it comes from.
        guard PKCE.isChallenge(thumbprint) else {
            throw OAuthError(.invalidRequest, "dpop_jkt is not a SHA-256 in base64url")
        }
        request.dpopKey = thumbprint
    }
}
