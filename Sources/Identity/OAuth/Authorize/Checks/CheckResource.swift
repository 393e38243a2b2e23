import Web

/// `resource` names where the access tokens will be used: absolute URIs out of the audiences of the
/// client's registration (RFC 8707 §2).
struct CheckResource: AuthorizeCheck {
    /// Audience of Yimen's own API, open to every client.
    let apiAudience: String

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        request.resources = try ResourceIndicators.asked(parameters, by: client, apiAudience: apiAudience)
    }
}
