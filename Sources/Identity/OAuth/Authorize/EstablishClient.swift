import Core
import Web

/// Finds the client and the redirect URI. Until both are known to be true nothing is ever sent
/// anywhere: each failure here is a page (RFC 6749 §4.1.2.1, RFC 9700 §4.11).
///
/// 1. `client_id` once, and registered, for the code grant;
/// 2. `redirect_uri` once, and equal to a registered one byte for byte. It is required even where
///    one URI is registered: an omitted one is a client defect that RFC 9700 asks to be strict about.
struct EstablishClient: Sendable {
    let clients: ClientDirectory

    func callAsFunction(_ parameters: ParameterList, at now: Instant) async throws -> (Client, AuthorizationRequest) {
        guard let id = try single("client_id", parameters) else {
            throw refuse(.invalidRequest, "client_id is missing")
        }
        guard let client = try await clients.find(id) else {
            throw refuse(.invalidClient, "the client is not registered")
        }
        guard client.grants.contains(.authorizationCode) else {
            throw refuse(.unauthorizedClient, "the client may not ask for authorization codes")
        }
        guard let uri = try single("redirect_uri", parameters) else {
            throw refuse(.invalidRequest, "redirect_uri is missing")
        }
        guard RedirectURI.matches(uri, registered: client.redirectURIs) else {
            throw refuse(.invalidRequest, "redirect_uri is not registered for this client")
        }
        return (client, AuthorizationRequest(clientID: client.id, redirectURI: uri, createdAt: now))
    }

    private func single(_ name: String, _ parameters: ParameterList) throws(OAuthError) -> String? {
        do {
            return try parameters.single(name)
        } catch {
            throw refuse(.invalidRequest, "\(name) is sent more than once")
        }
    }

    private func refuse(_ code: OAuthError.Code, _ description: String) -> OAuthError {
        OAuthError(code, description, mayRedirect: false)
    }
}
