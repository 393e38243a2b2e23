import Core
import Cryptography
import Web

/// What a request brings to prove which client sent it.
struct PresentedCredentials: Sendable {
    enum Proof: Sendable {
        /// The id alone: a public client, or one whose certificate speaks for it.
        case none
        case secret(Secret<String>)
        case assertion(String)
    }

    let clientID: String
    let proof: Proof
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
/// 2. the client exists and uses the method it is registered for. Header and body are equally good for a
///    secret: libraries differ in their default;
/// 3. under FAPI 2.0 only an assertion or a certificate will do (§5.3.2.1);
/// 4. a secret's digest is compared in constant time, an unknown client costs the same; an assertion passes
///    `CheckClientAssertion`, a certificate `CheckClientCertificate`.
///
/// Secrets are long and random by registration, so one SHA-256 keeps them as safe at rest as a
/// slow hash would, at a cost that the busiest endpoint can pay.
struct AuthenticateClient: Sendable {
    private static let dummyHash = String(repeating: "A", count: 43)
    let clients: ClientDirectory
    let crypto: any CryptoProvider
    let checkAssertion: CheckClientAssertion
    let checkCertificate: CheckClientCertificate
    private let methods: [any ClientAuthenticationMethod] = [
        BasicCredentials(), AssertionCredentials(), PostedCredentials(),
    ]

    init(
        clients: ClientDirectory, crypto: any CryptoProvider, checkAssertion: CheckClientAssertion,
        checkCertificate: CheckClientCertificate
    ) {
        self.checkCertificate = checkCertificate
        self.clients = clients
        self.crypto = crypto
        self.checkAssertion = checkAssertion
    }

    func callAsFunction(_ request: ClientRequest) async throws -> Client {
        let presented = try credentials(in: request)
        let client = try await clients.find(presented.clientID)
        switch (client, presented.proof) {
        case (.some(let client), .none) where client.isPublic && !client.policy.isFAPI2:
            return client
        case (.some(let client), .none) where client.authMethod == .tls || client.authMethod == .selfSignedTLS:
            try await checkCertificate(request.certificate, of: client)
            return client
        case (.some(let client), .secret(let secret)):
            let matches = constantTimeEqual(crypto.digest(secret.reveal()), client.secretHash ?? Self.dummyHash)
            guard matches, client.secretHash != nil, client.authMethod.usesSecret, !client.policy.isFAPI2 else {
                throw failure()
            }
            return client
        case (nil, .secret(let secret)):
            _ = constantTimeEqual(crypto.digest(secret.reveal()), Self.dummyHash)
            throw failure()
        case (.some(let client), .assertion(let assertion)) where client.authMethod == .privateKeyJWT:
            try await checkAssertion(assertion, of: client, at: request.path)
            return client
        default:
            throw failure()
        }
    }

    private func credentials(in request: ClientRequest) throws(OAuthError) -> PresentedCredentials {
        var presented: PresentedCredentials?
        for method in methods {
            guard let found = try method.credentials(in: request) else { continue }
            guard presented == nil else {
                throw OAuthError(.invalidRequest, "client credentials are sent in more than one way")
            }
            presented = found
        }
        guard let presented else { throw failure("no client credentials were sent") }
        return presented
    }

    private func failure(_ description: String = "client authentication failed") -> OAuthError {
        OAuthError(.invalidClient, description, mayRedirect: false)
    }
}
