import Web

/// A client whose registration or profile says so uses pushed requests only (RFC 9126 §5, §6; FAPI 2.0
/// Security Profile §5.3.2.2).
struct CheckPushed: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard client.policy.mustPush, !request.isPushed else { return }
        throw OAuthError(.invalidRequest, "this client must push its authorization requests")
    }
}
