import Web

/// A client whose registration says so uses signed request objects only (RFC 9101 §10.5).
struct CheckSigned: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard client.policy.mustSignRequests, !request.isSigned else { return }
        throw OAuthError(.invalidRequest, "this client must sign its authorization requests")
    }
}
