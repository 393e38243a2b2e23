/// The signature algorithms of tokens; a key is bound to exactly one of them.
package enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), moduli of 2,048 to 8,192 bits.
    case rs256 = "RS256"
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5), moduli as for RS256.
    case ps256 = "PS256"
    /// Ed25519 under its JOSE name `EdDSA` (RFC 8037 §3.1).
    case ed25519 = "EdDSA"
}

/// Why a key cannot be read or used.
package enum KeyFault: Error, Sendable, Hashable {
    case malformed(String)
    case unsupported(String)
    /// RSA below 2,048 or above 8,192 bits.
    case wrongSize(bits: Int)
    /// A private member in a key that should be public.
    case privateKeyGiven
}
