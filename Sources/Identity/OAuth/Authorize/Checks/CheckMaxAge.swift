import Web

/// `max_age` is a count of seconds, zero included (OpenID Connect Core §3.1.2.1); without it the one of
/// the registration counts (`default_max_age`, OpenID Connect Registration §2).
struct CheckMaxAge: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let text = parameters.value("max_age") else {
            request.maxAge = client.policy.defaultMaxAge
            return
        }
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(text) else {
            throw OAuthError(.invalidRequest, "max_age is not a count of seconds")
        }
        request.maxAge = seconds
    }
}
