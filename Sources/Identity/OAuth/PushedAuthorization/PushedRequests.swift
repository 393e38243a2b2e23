import Core
import Cryptography
import Storage

/// Authorization requests that clients have pushed (RFC 9126), checked and waiting for their browser
/// behind a reference of 256 random bits.
struct PushedRequests: Sendable {
    /// RFC 9126 §2.2, as the RFC's examples form it.
    static let prefix = "urn:ietf:params:oauth:request_uri:"
    let database: any Database
    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// - Returns: the `request_uri`.
    func add(_ request: AuthorizationRequest) async throws -> String {
        let handle = surroundings.newHandle()
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        let expires = now + settings.pushedRequestLife
        // A person who opened it in time may take as long to sign in as with any other request.
        let keptUntil = expires + settings.signInRequestLife
        try await database.transaction { transaction in
            try PushedRequestStore.add(
                request, hash: hash, expires: expires, keptUntil: keptUntil, at: now, in: transaction)
        }
        return Self.prefix + handle
    }

    /// Opens a reference in a browser, as often as the page is loaded until the request is answered
    /// (RFC 9126 §4).
    ///
    /// - Throws: `OAuthError` `invalid_request_uri`, never redirected, for one that is unknown, another
    ///   client's, expired or spent.
    func open(_ uri: String, for client: Client) async throws -> AuthorizationRequest {
        let handle = String(uri.dropFirst(Self.prefix.count))
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        guard handle.utf8.count == 43,
            let found = try await database.read({ try PushedRequestStore.find(hash, in: $0) }),
            found.request.clientID == client.id
        else { throw refuse("the request_uri is not known for this client") }
        guard found.usedAt == nil else { throw refuse("the request_uri has been used") }
        guard found.expiresAt > now else { throw refuse("the request_uri has expired") }
        var request = found.request
        request.pushedHash = hash
        // What counts as a sign-in for this request is one after the browser came.
        request.createdAt = now
        return request
    }

    private func refuse(_ description: String) -> OAuthError {
        OAuthError(.invalidRequestURI, description, mayRedirect: false)
    }
}
