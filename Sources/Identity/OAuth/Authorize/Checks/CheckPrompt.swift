import Web

/// `prompt`: known words only, and `none` alone (OpenID Connect Core §3.1.2.1).
struct CheckPrompt: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let text = parameters.value("prompt") else { return }
        for word in text.split(separator: " ") {
            guard let prompt = AuthorizationRequest.Prompt(rawValue: String(word)) else {
                throw OAuthError(.invalidRequest, "prompt holds an unknown word")
            }
            request.prompt.insert(prompt)
        }
        guard !request.prompt.contains(.none) || request.prompt.count == 1 else {
            throw OAuthError(.invalidRequest, "prompt none stands alone")
        }
    }
}
