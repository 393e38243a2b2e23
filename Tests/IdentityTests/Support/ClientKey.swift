import Core
import HummingbirdTesting
import Logging
import Storage
import TestKit
import Testing
import Web

@testable import Cryptography
@testable import Identity

/// A key pair of a client, which signs anything it is told to.
struct ClientKey: Sendable {
    static let es256 = Result { ClientKey(key: try SigningKey.generate(.es256)) }
    static let rs256 = Result { ClientKey(key: try SigningKey.generate(.rs256)) }

    let key: SigningKey
    var kid: String { key.id }

    /// The key set that its owner registers or publishes.
    var jwks: String { String(decoding: VerificationKeys([key]).jwks.encoded(), as: UTF8.self) }

    func sign(_ claims: JSONValue, type: String = "JWT") throws -> String {
        try TokenSigner.sign(payload: claims, type: type, with: key)
    }

    /// Any header over any text, rightly signed.
    func sign(header: String, payload: String) throws -> String {
        let message = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        return message + "." + Base64URL.encode(try key.signature(over: Array(message.utf8)))
    }
}

/// The claims of a client assertion, right unless changed.
struct Assertion {
    var claims: [(String, JSONValue)]

    init(_ client: String = "signed", at now: Instant, audience: String = House.issuer, id: String = "jti-1") {
        claims = [
            ("iss", .string(client)), ("sub", .string(client)), ("aud", .string(audience)), ("jti", .string(id)),
            ("iat", .integer(now.seconds)), ("exp", .integer(now.seconds + 60)),
        ]
    }

    func with(_ name: String, _ value: JSONValue?) -> Assertion {
        var copy = self
        copy.claims.removeAll { $0.0 == name }
        if let value { copy.claims.append((name, value)) }
        return copy
    }

    var json: JSONValue { .object(claims.map { JSONValue.Member($0.0, $0.1) }) }
}

extension House {
    /// A confidential client that proves itself by signatures.
    @discardableResult
    func addSignedClient(
        _ id: String = "signed", keys: ClientKeys, change: (inout Client) -> Void = { _ in }
    ) async throws -> Client {
        var client = Client(
            id: id, name: id, authMethod: .privateKeyJWT, redirectURIs: ["https://\(id).example/callback"],
            grants: [.authorizationCode, .refreshToken, .clientCredentials],
            scopes: ["openid", "profile", "booking"])
        client.keys = keys
        change(&client)
        try await put(client)
        return client
    }

    /// One round of clean-up.
    @discardableResult
    func sweep() async throws -> Int {
        try await IdentityCleanup(
            database: database, settings: provider.settings, surroundings: surroundings,
            logger: Logger(label: "test.identity")
        ).sweep()
    }

    func put(_ client: Client) async throws {
        let now = clock.now()
        try await database.transaction { try ClientStore.put(client, at: now, in: $0) }
        try await provider.clients.refresh()
    }

    /// The token endpoint, with an assertion in place of a secret.
    ///
    /// - Parameter proof: adds a DPoP proof, for clients whose tokens must be bound.
    func token(
        _ form: ParameterList = ParameterList(["grant_type": "client_credentials"]), assertion: String,
        proof: Bool = false
    ) async throws -> TestResponse {
        let form =
            form.adding("client_assertion_type", AssertionCredentials.type).adding("client_assertion", assertion)
        return try await token(form, as: nil, proofs: proof ? [try ProofMaker.es256.get().proof(self)] : [])
    }
}
