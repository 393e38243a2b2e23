import Core
package import Cryptography
package import Storage
import Synchronization

/// The keys in force, in memory: one active key for each algorithm signs, all published ones verify.
package final class SigningKeys: Sendable {
    private struct Snapshot {
        var active: [String: SigningKey] = [:]
        var verification = VerificationKeys([VerificationKey]())
        var published: [UInt8] = Array("{\"keys\":[]}".utf8)
        var kids: [String] = []
    }

    private let database: any Database
    private let crypto: any CryptoProvider
    private let snapshot = Mutex(Snapshot())

    package init(database: any Database, crypto: any CryptoProvider) {
        self.database = database
        self.crypto = crypto
    }

    /// The JWK Set (RFC 7517 §5): next, active and retiring keys, public members only.
    var published: [UInt8] { snapshot.withLock { $0.published } }

    /// Reads the keys anew; a no-op when nothing has changed.
    package func refresh() async throws {
        let records = try await database.read { try SigningKeyStore.all(in: $0) }
        let state = records.map { $0.kid + $0.state.rawValue }
        guard snapshot.withLock({ $0.kids != state }) else { return }
        var fresh = Snapshot()
        fresh.kids = state
        var keys = [SigningKey]()
        for record in records {
            let key = try open(record)
            keys.append(key)
            if record.state == .active { fresh.active[record.algorithm] = key }
        }
        fresh.verification = VerificationKeys(keys)
        fresh.published = fresh.verification.jwks.encoded()
        snapshot.withLock { $0 = fresh }
    }

    /// - Throws: `OAuthError` when no key is active yet, which only a start without `KeyRotation` can cause.
    func sign(_ claims: JSONValue, type: String, algorithm: Client.IDTokenAlgorithm) throws -> String {
        guard let key = snapshot.withLock({ $0.active[algorithm.rawValue] }) else {
            throw OAuthError(.serverError, "no signing key is active", mayRedirect: false)
        }
        return try TokenSigner.sign(payload: claims, type: type, with: key)
    }

    /// The claims of a token that one of our keys signed.
    ///
    /// - Parameter types: allowed values of the `typ` header, so that no token passes as another kind.
    /// - Returns: `nil` for everything else; expiry and audience are the caller's to judge.
    func verify(_ token: String, types: [String]) -> JSONValue? {
        let keys = snapshot.withLock { $0.verification }
        return try? TokenSigner.verify(token, keys: keys, expectedTypes: types)
    }

    static func context(_ kid: String) -> String { "identity_signing_key.private:" + kid }

    private func open(_ record: SigningKeyStore.Record) throws -> SigningKey {
        guard let algorithm = SignatureAlgorithm(rawValue: record.algorithm) else {
            throw KeyFault.unsupported(record.algorithm)
        }
        let pem = try crypto.openText(record.sealedPrivate, context: Self.context(record.kid))
        return try SigningKey(algorithm, pem: Secret(pem))
    }
}
