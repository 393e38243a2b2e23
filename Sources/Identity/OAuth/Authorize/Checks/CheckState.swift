import Web

/// `state` comes back unchanged or the request is refused; it is never cut (RFC 6749 §4.1.1,
/// Appendix A.5). First, so that every later error carries it.
struct CheckState: AuthorizeCheck {
    static let maximumLength = 2048

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let state = parameters.value("state") else { return }
        guard state.utf8.count <= Self.maximumLength else {
            throw OAuthError(.invalidRequest, "state is longer than 2048 bytes")
        }
        request.state = state
    }
}
