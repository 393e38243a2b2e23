import Core
import Cryptography
import Web

/// Why a DPoP proof does not prove; the text is for the client's developer.
enum ProofFault: Error, Sendable, Hashable {
    case invalid(String)
    /// The proof has no nonce, or one of yesterday; this is the one to use (RFC 9449 §8).
    case nonceWanted(String)
}

/// Checks a DPoP proof (RFC 9449 §4.3).
///
/// 1. one `DPoP` header; 2. a signed JWT of type `dpop+jwt` that brings its public key and no private member, by an
/// algorithm that is offered; 3. `htm` and `htu` name this request – by the issuer's address, which is the one that
/// clients see, whatever proxy stands in front; 4. `iat` is of the last minute, and up to half a minute ahead;
/// `exp` and `nbf`, where given, hold too; 5. the nonce is one of ours, where one is sent or wanted; 6. with a token,
/// `ath` is its digest; 7. last, `jti` is presented for the first time, on all processes together.
struct CheckProof: Sendable {
    static let algorithms = Set(Problem.proofAlgorithms.compactMap(SignatureAlgorithm.init(rawValue:)))
    static let past = Duration.seconds(60)
    static let ahead = Duration.seconds(30)
    let singleUse: SingleUse
    let nonces: ProofNonces
    let crypto: any CryptoProvider
    let issuer: String
    let surroundings: Surroundings

    /// - Parameters:
    ///   - proofs: the headers as sent, at least one.
    ///   - token: the access token that the proof comes with at a resource.
    ///   - nonceRequired: refuse a proof without a nonce of ours.
    /// - Returns: the thumbprint of the key whose possession is proved (`jkt`).
    /// - Throws: `ProofFault`.
    func callAsFunction(
        _ proofs: [String], method: String, path: String, token: String? = nil, nonceRequired: Bool = false
    ) async throws -> String {
        guard proofs.count == 1, let proof = proofs.first else {
            throw ProofFault.invalid("there must be one DPoP header")
        }
        let claims: JSONValue
        let thumbprint: String
        do throws(TokenFault) {
            (claims, thumbprint) = try TokenSigner.verifyWithOwnKey(
                proof, type: "dpop+jwt", algorithms: Self.algorithms)
        } catch {
            throw ProofFault.invalid("the DPoP proof is malformed or not rightly signed")
        }
        guard claims["htm"]?.stringValue == method else { throw ProofFault.invalid("htm is another method") }
        guard let target = claims["htu"]?.stringValue.flatMap(TargetURI.init), target == TargetURI(issuer + path) else {
            throw ProofFault.invalid("htu is another address")
        }
        let now = surroundings.now()
        guard let issued = claims.instant("iat"), issued >= now - Self.past, issued <= now + Self.ahead else {
            throw ProofFault.invalid("iat is missing or not of now")
        }
        try checkBounds(claims, now)
        try checkNonce(claims["nonce"], nonceRequired)
        if let token {
            guard let digest = claims["ath"]?.stringValue, constantTimeEqual(digest, crypto.digest(token)) else {
                throw ProofFault.invalid("ath is not the digest of the access token")
            }
        }
        guard let id = claims["jti"]?.stringValue, (1...512).contains(id.utf8.count) else {
            throw ProofFault.invalid("jti is missing")
        }
        let until = issued + Self.past + Self.ahead
        guard try await singleUse.isFirst(.proof, id, of: thumbprint, until: until) else {
            throw ProofFault.invalid("the DPoP proof has been used already")
        }
        return thumbprint
    }

    private func checkBounds(_ claims: JSONValue, _ now: Instant) throws(ProofFault) {
        if claims["exp"] != nil {
            guard let expires = claims.instant("exp"), expires > now - Self.ahead else {
                throw .invalid("the DPoP proof has expired")
            }
        }
        if claims["nbf"] != nil {
            guard let from = claims.instant("nbf"), from <= now + Self.ahead else {
                throw .invalid("nbf is ahead of the time")
            }
        }
    }

    private func checkNonce(_ claim: JSONValue?, _ isRequired: Bool) throws(ProofFault) {
        guard let claim else {
            if isRequired { throw .nonceWanted(nonces.current()) }
            return
        }
        guard let nonce = claim.stringValue, nonces.isGood(nonce) else { throw .nonceWanted(nonces.current()) }
    }
}
