package import Core
import Cryptography
import Storage
import Synchronization
package import Web

/// Verifies access tokens for the API (RFC 9068 §4): signature, type, issuer, audience, expiry, and
/// that neither the session nor the grant has been revoked, nor the machine that asks for itself removed.
///
/// A token is read once – a JWT by its signature, a handle by what is kept for it – and remembered by its digest until
/// it expires; the memory is bounded. Expiry and revocation are judged on every call.
package struct AccessTokens: AccessTokenVerifier {
    private let database: any Database
    private let keys: SigningKeys
    private let clients: ClientDirectory
    private let revocations: Revocations
    private let subjects: Subjects
    private let checkProof: CheckProof
    private let crypto: any CryptoProvider
    private let settings: IdentitySettings
    private let surroundings: Surroundings
    private let cache = VerifiedTokens(capacity: 20_000)
    /// 256 bits in base64url (`Surroundings.newHandle`).
    private static let handleLength = 43

    init(
        database: any Database, keys: SigningKeys, clients: ClientDirectory, revocations: Revocations,
        subjects: Subjects, checkProof: CheckProof, crypto: any CryptoProvider, settings: IdentitySettings,
        surroundings: Surroundings
    ) {
        self.database = database
        self.keys = keys
        self.clients = clients
        self.revocations = revocations
        self.subjects = subjects
        self.checkProof = checkProof
        self.crypto = crypto
        self.settings = settings
        self.surroundings = surroundings
    }

    package func verify(_ token: String) async throws -> Principal {
        guard let claims = try await live(token), claims.audience.contains(settings.apiAudience),
            claims.confirmation == nil
        else { throw Problem.invalidToken() }
        return claims.principal
    }

    package func verify(_ presented: PresentedAccessToken) async throws -> Principal {
        try await claims(of: presented, audience: settings.apiAudience).principal
    }

    /// A token that is good, for this audience, and comes from its holder.
    ///
    /// - Parameter audience: `nil` where the caller judges it.
    /// - Throws: `Problem` with the challenge of the scheme (RFC 6750 §3, RFC 9449 §7.1).
    func claims(of presented: PresentedAccessToken, audience: String?) async throws -> AccessTokenClaims {
        guard let claims = try await live(presented.token), audience.map(claims.audience.contains) ?? true else {
            throw Problem.invalidToken(scheme: presented.scheme)
        }
        if let certificate = claims.confirmation?.certificate {
            guard presented.certificate.map(CertificateDigest.of) == certificate else {
                throw Problem.invalidToken("the access token is bound to another certificate", scheme: presented.scheme)
            }
        }
        if claims.confirmation?.jkt != nil || presented.scheme == .dpop {
            try await checkHolder(claims, presented)
        }
        return claims
    }

    /// Neither may a bound token pass as Bearer, nor an unbound one as DPoP (RFC 9449 §7.1, §7.2).
    private func checkHolder(_ claims: AccessTokenClaims, _ presented: PresentedAccessToken) async throws {
        guard let bound = claims.confirmation?.jkt, presented.scheme == .dpop else {
            throw Problem.invalidToken("the access token does not fit the scheme", scheme: .dpop)
        }
        guard !presented.proofs.isEmpty else { throw Problem.invalidProof("the DPoP proof is missing") }
        let isNonceRequired = try await clients.find(claims.clientID)?.policy.requireDPoPNonce ?? false
        do {
            let proved = try await checkProof(
                presented.proofs, method: presented.method, path: presented.path, token: presented.token,
                nonceRequired: isNonceRequired)
            guard proved == bound else {
                throw Problem.invalidToken("the access token is bound to another key", scheme: .dpop)
            }
        } catch ProofFault.invalid(let why) {
            throw Problem.invalidProof(why)
        } catch ProofFault.nonceWanted(let nonce) {
            throw Problem.proofNonceWanted(nonce)
        }
    }

    /// What a token says, whoever it is for and whoever brings it.
    ///
    /// - Returns: `nil` for a token that is not ours, has expired or has been revoked.
    func live(_ token: String) async throws -> AccessTokenClaims? {
        guard token.utf8.count <= 8192 else { return nil }
        let digest = crypto.digest(token)
        var known = cache.find(digest)
        if known == nil { known = try await read(token, digest) }
        guard let claims = known else { return nil }
        guard claims.expiresAt > surroundings.now(), !revocations.contains(claims.id) else { return nil }
        if let sid = claims.sid, revocations.contains(sid) { return nil }
        if let grant = claims.grantID, revocations.contains(grant) { return nil }
        let issued = claims.issuedAt
        if claims.grantID == nil, revocations.refuses(claims.subject, issuedAt: issued) { return nil }
        // An exchanged token has the grant or the subject of another system's.
        if revocations.refuses(Client.subjectPrefix + claims.clientID, issuedAt: issued) { return nil }
        return claims
    }

    private func read(_ token: String, _ digest: String) async throws -> AccessTokenClaims? {
        guard let json = try await stated(token, digest),
            var claims = AccessTokenClaims(json, issuer: settings.issuer)
        else { return nil }
        if let sealed = claims.sealedPerson {
            guard let person = subjects.reveal(sealed, of: claims.clientID) else { return nil }
            claims.personID = person
        }
        cache.remember(claims, digest)
        return claims
    }

    /// What a JWT says by itself, or what is kept for a handle.
    private func stated(_ token: String, _ digest: String) async throws -> JSONValue? {
        guard token.utf8.count == Self.handleLength, !token.utf8.contains(0x2E) else {
            return keys.verify(token, types: ["at+jwt"])
        }
        guard let sealed = try await database.read({ try OpaqueTokenStore.find(digest, in: $0) }),
            let claims = try? crypto.open(sealed, context: OpaqueTokenStore.context(digest))
        else { return nil }
        return try JSONParser.parse(claims)
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
