import Crypto
import CryptoExtras

extension VerificationKey {
    /// SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 §4).
    private static let edwardsPrefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// The key of a certificate (RFC 5280 §4.1.2.7).
    /// - Returns: `nil` for a kind or size of key that is not read here.
    init?(subjectPublicKeyInfo der: [UInt8]) {
        if let key = try? P256.Signing.PublicKey(derRepresentation: der) {
            self.init(key)
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: der) {
            guard let key = try? VerificationKey(key, nil) else { return nil }
            self = key
        } else if der.starts(with: Self.edwardsPrefix),
            let key = Self.edwardsKey(Array(der.dropFirst(Self.edwardsPrefix.count)))
        {
            self.init(key)
        } else {
            return nil
        }
    }
}
