import Core
import Web

/// Finds the client and the redirect URI. Until both are known to be true nothing is ever sent
/// anywhere: each failure of these is a page (RFC 6749 §4.1.2.1, RFC 9700 §4.11); `fault(of:)` is for afterwards.
///
/// 1. `client_id` once, and registered and approved;
/// 2. `redirect_uri` once, and equal to a registered one byte for byte. It is required even where
///    one URI is registered: an omitted one is a client defect that RFC 9700 asks to be strict about;
/// 3. for FAPI 2.0 it is https, or a native app's loopback address (Security Profile §5.3.2.2).
struct EstablishClient: Sendable {
    let clients: ClientDirectory

    func client(_ parameters: ParameterList) async throws -> Client {
        guard let id = try single("client_id", parameters) else {
            throw refuse(.invalidRequest, "client_id is missing")
        }
        guard let client = try await clients.find(id) else {
            throw refuse(.invalidClient, "the client is not registered")
        }
        return client
    }

    /// A client without the code grant. No reason for a page where its redirect URI is good (RFC 6749 §4.1.2.1).
    func fault(of client: Client) -> OAuthError? {
        client.grants.contains(.authorizationCode)
            ? nil : OAuthError(.unauthorizedClient, "the client may not ask for authorization codes")
    }

    func mayAuthorize(_ client: Client) throws(OAuthError) {
        if let fault = fault(of: client) { throw fault }
    }

    func request(_ parameters: ParameterList, from client: Client, at now: Instant) throws(OAuthError)
        -> AuthorizationRequest
    {
        guard let uri = try single("redirect_uri", parameters) else {
            throw refuse(.invalidRequest, "redirect_uri is missing")
        }
        try check(redirectURI: uri, of: client)
        return AuthorizationRequest(clientID: client.id, redirectURI: uri, createdAt: now)
    }

    func check(redirectURI uri: String, of client: Client) throws(OAuthError) {
        guard RedirectURI.matches(uri, registered: client.redirectURIs, isNative: client.isNative) else {
            throw refuse(.invalidRequest, "redirect_uri is not registered for this client")
        }
        let isLoopback = client.isNative && RedirectURI.Parts(uri)?.isLoopbackAddress ?? false
        guard !client.policy.isFAPI2 || uri.hasPrefix("https://") || isLoopback else {
            throw refuse(.invalidRequest, "redirect_uri must be https for this client")
        }
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
