import Core
import Web

/// A request to `/oauth2/logout` that has passed its checks (OpenID Connect RP-Initiated Logout §2).
///
/// 1. no parameter twice;
/// 2. `id_token_hint`, when sent, is an ID token of ours; a foreign or unsigned one is an error;
/// 3. `client_id`, when sent with a hint, is the hint's audience (§2);
/// 4. `post_logout_redirect_uri`, when sent, is registered for that client byte for byte, the port of an app included;
///    without a client nothing can vouch for it (§3, §4). A bad one is a page, never a redirect;
/// 5. `state` comes back unchanged (§2) or the request is refused.
struct LogoutRequest: Sendable {
    let hint: IDTokenHint?
    let client: Client?
    let returnURI: String?
    let state: String?
    var uiLocales: String?

    static func parse(_ parameters: ParameterList, clients: ClientDirectory, hints: any IDTokenHintReader) async throws
        -> LogoutRequest
    {
        guard parameters.firstDuplicate == nil else {
            throw OAuthError(.invalidRequest, "a parameter is sent more than once", mayRedirect: false)
        }
        var hint: IDTokenHint?
        if let token = parameters.value("id_token_hint") {
            guard let read = hints.read(token) else {
                throw OAuthError(
                    .invalidRequest, "id_token_hint is not an ID token of this issuer", mayRedirect: false)
            }
            hint = read
        }
        let named = parameters.value("client_id")
        if let named, let hint, named != hint.clientID {
            throw OAuthError(
                .invalidRequest, "client_id differs from the audience of id_token_hint", mayRedirect: false)
        }
        var client: Client?
        if let id = named ?? hint?.clientID { client = try await clients.find(id) }
        let uri = parameters.value("post_logout_redirect_uri")
        if let uri {
            guard let client,
                RedirectURI.matches(uri, registered: client.postLogoutRedirectURIs, isNative: false)
            else {
                throw OAuthError(
                    .invalidRequest, "post_logout_redirect_uri is not registered for this client", mayRedirect: false)
            }
        }
        let state = parameters.value("state")
        guard state?.utf8.count ?? 0 <= CheckState.maximumLength else {
            throw OAuthError(
                .invalidRequest, "state is longer than \(CheckState.maximumLength) bytes", mayRedirect: false)
        }
        return LogoutRequest(
            hint: hint, client: client, returnURI: uri, state: state,
            uiLocales: parameters.value("ui_locales"))
    }

    /// Where to send the browser afterwards; `nil` shows a page.
    var destination: String? {
        guard let returnURI else { return nil }
        guard let state else { return returnURI }
        return returnURI + (returnURI.contains("?") ? "&" : "?") + "state=" + PercentDecoding.escape(state)
    }
}
