import Core
import Web

/// `login_hint`, `id_token_hint`, `ui_locales`: they help the person and never fail, except for an
/// ID token that is not ours (OpenID Connect Core §3.1.2.1, §3.1.2.6).
struct CheckHints: AuthorizeCheck {
    let hints: any IDTokenHintReader

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        if let hint = parameters.value("login_hint"), hint.utf8.count <= 128 { request.loginHint = hint }
        if let locales = parameters.value("ui_locales"), locales.utf8.count <= 128 { request.uiLocales = locales }
        guard let token = parameters.value("id_token_hint") else { return }
        // One system's token brought by another would tell them that both mean the same person.
        guard let hint = hints.read(token), hint.clientID == client.id else {
            throw OAuthError(.invalidRequest, "id_token_hint is not an ID token of this issuer for this client")
        }
        request.hintedPerson = hint.subject
    }
}
