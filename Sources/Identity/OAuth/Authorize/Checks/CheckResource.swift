import Web

/// `resource` names where the access tokens will be used: absolute URIs out of the audiences of the
/// client's registration (RFC 8707 §2).
struct CheckResource: AuthorizeCheck {
    /// Audience of Yimen's own API, open to every client.
    let apiAudience: String

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        let resources = try ResourceIndicators.parse(parameters.all(ResourceIndicators.parameter))
        guard resources.allSatisfy(ResourceIndicators.allowed(for: client, apiAudience: apiAudience).contains) else {
            throw OAuthError(.invalidTarget, "the client is not registered for one of the resources")
        }
        request.resources = resources
    }
}
