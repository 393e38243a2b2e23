import Core
import Cryptography
import Web

/// Nonces for DPoP proofs (RFC 9449 §8, §9), kept nowhere: each is a stretch of time under a key of ours, so that every
/// process knows them all. One is good for five to ten minutes.
struct ProofNonces: Sendable {
    private static let stretch: Int64 = 300
    let crypto: any CryptoProvider
    let surroundings: Surroundings

    /// The nonce to hand out now.
    func current() -> String { nonce(surroundings.now().seconds / Self.stretch) }

    func isGood(_ nonce: String) -> Bool {
        let now = surroundings.now().seconds / Self.stretch
        return constantTimeEqual(nonce, self.nonce(now)) || constantTimeEqual(nonce, self.nonce(now - 1))
    }

    private func nonce(_ number: Int64) -> String {
        crypto.blindIndex(String(number), domain: "identity.dpop-nonce")
    }
}
