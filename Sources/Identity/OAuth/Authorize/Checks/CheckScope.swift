import Web

/// Every scope is one that is offered and that the client is registered for (RFC 6749 §3.3,
/// §4.1.2.1). Without `scope` the client gets the scopes of its registration, save
/// `offline_access`, which is only given to who asks (OpenID Connect Core §11).
struct CheckScope: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        request.scopes = try Self.scopes(parameters.value("scope"), for: client)
    }

    /// - Parameter text: `scope` as sent.
    static func scopes(_ text: String?, for client: Client) throws(OAuthError) -> [String] {
        guard let text else { return client.scopes.subtracting(["offline_access"]).sorted() }
        guard let scopes = ScopeList.parse(text), !scopes.isEmpty else {
            throw OAuthError(.invalidScope, "scope is malformed")
        }
        // An unknown scope is ignored by OpenID Connect (Core §3.1.2.1), one that exists but is not
        // this client's is an error that its developer must see.
        let known = scopes.filter(ValidateRegistration.knownScopes.contains)
        guard known.allSatisfy(client.scopes.contains) else {
            throw OAuthError(.invalidScope, "the client is not registered for one of the scopes")
        }
        guard !known.isEmpty else { throw OAuthError(.invalidScope, "none of the scopes is offered") }
        // Of no use without refresh tokens, so it is not asked of the person either (Core §11).
        let useful = known.filter { $0 != "offline_access" || client.grants.contains(.refreshToken) }
        guard !useful.isEmpty else { throw OAuthError(.invalidScope, "offline_access needs the grant refresh_token") }
        return useful
    }
}
