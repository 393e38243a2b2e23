package import Core
import Cryptography
import Synchronization
import Web

/// Verifies access tokens for the API (RFC 9068 §4): signature, type, issuer, audience, expiry, and
/// that neither the session nor the grant has been revoked, nor the machine that asks for itself removed.
///
/// A token is verified once and remembered by its digest until it expires; the memory is bounded.
/// Expiry and revocation are judged on every call.
package struct AccessTokens: AccessTokenVerifier {
    private let keys: SigningKeys
    private let revocations: Revocations
    private let crypto: any CryptoProvider
    private let settings: IdentitySettings
    private let surroundings: Surroundings
    private let cache = VerifiedTokens(capacity: 20_000)

    init(
        keys: SigningKeys, revocations: Revocations, crypto: any CryptoProvider, settings: IdentitySettings,
        surroundings: Surroundings
    ) {
        self.keys = keys
        self.revocations = revocations
        self.crypto = crypto
        self.settings = settings
        self.surroundings = surroundings
    }

    package func verify(_ token: String) async throws -> Principal {
        guard let claims = claims(token, audience: settings.apiAudience) else { throw Problem.invalidToken() }
        return claims.principal
    }

    /// - Returns: `nil` for a token that is not good, or not for this audience.
    func claims(_ token: String, audience: String) -> AccessTokenClaims? {
        guard token.utf8.count <= 8192 else { return nil }
        let digest = crypto.digest(token)
        let claims: AccessTokenClaims
        if let known = cache.find(digest) {
            claims = known
        } else {
            guard let json = keys.verify(token, types: ["at+jwt"]),
                let verified = AccessTokenClaims(json, issuer: settings.issuer)
            else { return nil }
            cache.remember(verified, digest)
            claims = verified
        }
        guard claims.audience.contains(audience), claims.expiresAt > surroundings.now() else { return nil }
        if let sid = claims.sid, revocations.contains(sid) { return nil }
        if let grant = claims.grantID, revocations.contains(grant) { return nil }
        if claims.grantID == nil, revocations.contains(claims.subject) { return nil }
        return claims
    }
}

/// Two generations of entries: when the young one is full it becomes the old one, and what the old
/// one held and nobody used since is forgotten.
private final class VerifiedTokens: Sendable {
    private struct Generations {
        var young: [String: AccessTokenClaims] = [:]
        var old: [String: AccessTokenClaims] = [:]
    }

    private let half: Int
    private let generations = Mutex(Generations())

    init(capacity: Int) {
        half = capacity / 2
    }

    func find(_ digest: String) -> AccessTokenClaims? {
        generations.withLock { generations in
            if let claims = generations.young[digest] { return claims }
            guard let claims = generations.old.removeValue(forKey: digest) else { return nil }
            insert(claims, digest, &generations)
            return claims
        }
    }

    func remember(_ claims: AccessTokenClaims, _ digest: String) {
        generations.withLock { insert(claims, digest, &$0) }
    }

    private func insert(_ claims: AccessTokenClaims, _ digest: String, _ generations: inout Generations) {
        if generations.young.count >= half {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[digest] = claims
    }
}
