import Core
import Cryptography

/// Finds out which keys the sender of a client's request proves to hold: a DPoP key (RFC 9449 §5), and the certificate
/// of the connection where the client's tokens are to be bound to it (RFC 8705 §3).
struct EstablishHolder: Sendable {
    let checkProof: CheckProof

    /// - Returns: `nil` when nothing is proved.
    /// - Throws: `OAuthError` `invalid_dpop_proof` or `use_dpop_nonce` (RFC 9449 §5, §8).
    func callAsFunction(_ request: ClientRequest, _ client: Client) async throws -> Confirmation? {
        var holder = Confirmation()
        if !request.proofs.isEmpty { holder.jkt = try await key(request, client) }
        if client.policy.bindsToCertificate {
            holder.certificate = request.certificate.map(CertificateDigest.of)
        }
        return holder == Confirmation() ? nil : holder
    }

    /// As above, where tokens are issued: a client whose tokens must be bound has to prove something.
    func forTokens(_ request: ClientRequest, _ client: Client) async throws -> Confirmation? {
        let holder = try await self(request, client)
        if client.policy.needsDPoP, holder?.jkt == nil {
            throw OAuthError(.invalidDPoPProof, "tokens of this client are bound to a DPoP key: the proof is missing")
        }
        if client.policy.bindsToCertificate, holder?.certificate == nil {
            throw OAuthError(.invalidRequest, "tokens of this client are bound to its certificate: there is none")
        }
        return holder
    }

    /// The key to which the code of an authorization request is bound (RFC 9449 §10, §10.1): the one proved in the
    /// push, or the one that `dpop_jkt` names; both must be the same.
    func forCode(_ request: ClientRequest, _ client: Client, named: String?) async throws -> String? {
        guard let proved = try await self(request, client)?.jkt else { return named }
        guard named == nil || named == proved else {
            throw OAuthError(.invalidDPoPProof, "dpop_jkt is not the key of the DPoP proof")
        }
        return proved
    }

    private func key(_ request: ClientRequest, _ client: Client) async throws -> String {
        do {
            return try await checkProof(
                request.proofs, method: "POST", path: request.path,
                nonceRequired: client.policy.requireDPoPNonce ?? false)
        } catch ProofFault.invalid(let why) {
            throw OAuthError(.invalidDPoPProof, why)
        } catch ProofFault.nonceWanted(let nonce) {
            var error = OAuthError(.useDPoPNonce, "the DPoP proof needs a nonce of the server")
            error.nonce = nonce
            throw error
        }
    }
}

extension Confirmation {
    /// Whether a sender who proved to hold these keys may use what is bound to `self`.
    func isMet(by holder: Confirmation?) -> Bool {
        (jkt == nil || jkt == holder?.jkt) && (certificate == nil || certificate == holder?.certificate)
    }
}
