import Web

/// `response_mode` is one that is offered and that can reach the redirect URI. Early, since it decides
/// how every later error travels (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post
/// Response Mode §2, JARM §2.3).
///
/// 1. `fragment` and `form_post` need a browser at the other end: an app's private scheme is handed
///    one address and nothing else;
/// 2. a signed mode takes the algorithm of the client's registration.
struct CheckResponseMode: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let name = parameters.value("response_mode") else { return }
        guard let mode = ResponseMode(requested: name) else {
            throw OAuthError(.invalidRequest, "response_mode is not offered")
        }
        let scheme = request.redirectURI.prefix { $0 != ":" }.lowercased()
        guard mode.carrier == .query || scheme == "https" || scheme == "http" else {
            throw OAuthError(.invalidRequest, "response_mode cannot reach this redirect_uri")
        }
        request.responseMode = mode
        if mode.isSigned { request.responseAlgorithm = client.responseAlgorithm.rawValue }
    }
}
