import Core
import Web

/// `grant_type=client_credentials` (RFC 6749 §4.4): a machine asks for itself. Nothing is written
/// and, once the client is in memory, nothing is read.
struct GrantClientCredentials: TokenGrant {
    let type = Client.GrantType.clientCredentials
    /// Scopes that speak about a person (RFC 6749 §4.4 has none).
    private static let personal: Set<String> = ["openid", "profile", "phone", "offline_access", Scope.account]
    let tokens: TokenIssuer
    let surroundings: Surroundings

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        let allowed = client.scopes.subtracting(Self.personal)
        var scopes = allowed.sorted()
        if let text = request.form.value("scope") {
            guard let asked = ScopeList.parse(text), !asked.isEmpty, asked.allSatisfy(allowed.contains) else {
                throw OAuthError(.invalidScope, "the client is not registered for one of the scopes")
            }
            scopes = asked
        }
        guard !scopes.isEmpty else { throw OAuthError(.invalidScope, "the client has no scope of its own") }
        let resources = try tokens.resources(request, client)
        return try await tokens.answer(
            client: client, scopes: scopes, resources: resources, holder: request.holder, at: surroundings.now())
    }
}
