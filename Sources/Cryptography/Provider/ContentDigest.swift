import Core
import Crypto

/// Fingerprints of public content: versions, entity tags. Nothing here is secret.
package enum ContentDigest {
    /// SHA-256 in 43 base64url characters.
    package static func of(_ bytes: [UInt8]) -> String {
        Base64URL.encode(SHA256.hash(data: bytes))
    }
}
