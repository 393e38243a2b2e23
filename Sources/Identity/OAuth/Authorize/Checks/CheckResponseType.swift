import Web

/// Only the code flow; the implicit grant hands tokens to the address bar (RFC 9700 §2.1.2).
struct CheckResponseType: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let type = parameters.value("response_type") else {
            throw OAuthError(.invalidRequest, "response_type is missing")
        }
        guard type == "code" else {
            throw OAuthError(.unsupportedResponseType, "only response_type code is offered")
        }
    }
}
