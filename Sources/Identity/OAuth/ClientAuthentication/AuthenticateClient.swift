import Core
import Cryptography
import Web

/// What a request brings to prove which client sent it.
struct PresentedCredentials: Sendable {
    let clientID: String
    /// `nil` for a public client.
    let secret: Secret<String>?
}

/// One way of presenting credentials (RFC 6749 §2.3).
protocol ClientAuthenticationMethod: Sendable {
    /// - Returns: `nil` when the request does not use this method.
    /// - Throws: when it does, and wrongly.
    func credentials(in request: ClientRequest) throws(OAuthError) -> PresentedCredentials?
}

/// Finds out which client is asking.
///
/// 1. exactly one method (RFC 6749 §2.3);
/// 2. the client exists, and brings a secret exactly when it is registered with one. Header and
///    body are equally good for a secret: libraries differ in their default;
/// 3. the secret's digest is compared in constant time; an unknown client costs the same.
///
/// Secrets are long and random by registration, so one SHA-256 keeps them as safe at rest as a
/// slow hash would, at a cost that the busiest endpoint can pay.
struct AuthenticateClient: Sendable {
    private static let dummyHash = String(repeating: "A", count: 43)
    let clients: ClientDirectory
    let crypto: any CryptoProvider
    private let methods: [any ClientAuthenticationMethod] = [BasicCredentials(), PostedCredentials()]

    init(clients: ClientDirectory, crypto: any CryptoProvider) {
        self.clients = clients
        self.crypto = crypto
    }

    func callAsFunction(_ request: ClientRequest) async throws -> Client {
        var presented: PresentedCredentials?
        for method in methods {
            guard let found = try method.credentials(in: request) else { continue }
            guard presented == nil else {
                throw OAuthError(.invalidRequest, "client credentials are sent in more than one way")
            }
            presented = found
        }
        guard let presented else { throw failure("no client credentials were sent") }
        let client = try await clients.find(presented.clientID)
        switch (client, presented.secret) {
        case (.some(let client), nil) where client.isPublic:
            return client
        case (.some(let client), .some(let secret)):
            let matches = constantTimeEqual(crypto.digest(secret.reveal()), client.secretHash ?? Self.dummyHash)
            guard matches, client.secretHash != nil else { throw failure("client authentication failed") }
            return client
        case (nil, .some(let secret)):
            _ = constantTimeEqual(crypto.digest(secret.reveal()), Self.dummyHash)
            throw failure("client authentication failed")
        default:
            throw failure("client authentication failed")
        }
    }

    private func failure(_ description: String) -> OAuthError {
        OAuthError(.invalidClient, description, mayRedirect: false)
    }
}
