import Core
import Crypto

/// The fingerprint by which a token names a certificate (RFC 8705 §3.1, `x5t#S256`).
package enum CertificateDigest {
    /// - Parameter der: the whole certificate.
    /// - Returns: SHA-256 in 43 base64url characters.
    package static func of(_ der: [UInt8]) -> String {
        Base64URL.encode(Array(SHA256.hash(data: der)))
    }
}
