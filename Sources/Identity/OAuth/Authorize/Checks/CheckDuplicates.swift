import Web

/// No parameter twice, known or not (RFC 6749 §3.1), but `resource`, which may be repeated (RFC 8707
/// §2). After `state` and the mode, so that the answer reaches the client in the way it asked for; a
/// repeated `state` is not echoed.
struct CheckDuplicates: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let name = parameters.firstDuplicate(except: [ResourceIndicators.parameter]) else { return }
        if name == "state" { request.state = nil }
        throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
    }
}
