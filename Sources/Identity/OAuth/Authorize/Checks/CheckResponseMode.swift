import Web

/// `response_mode` is `query` or `form_post`. Early, since it decides how every later error travels
/// (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode §2).
struct CheckResponseMode: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let name = parameters.value("response_mode") else { return }
        guard let mode = AuthorizationRequest.ResponseMode(rawValue: name) else {
            throw OAuthError(.invalidRequest, "response_mode is not offered")
        }
        request.responseMode = mode
    }
}
