import Cryptography
import Web

/// Proof Key for Code Exchange, S256 only (RFC 7636; `plain` is refused by RFC 9700 §2.1.1).
struct PKCE: Sendable {
    let crypto: any CryptoProvider

    /// 43 characters of base64url: a SHA-256 (RFC 7636 §4.2).
    static func isChallenge(_ text: String) -> Bool {
        text.utf8.count == 43 && text.utf8.allSatisfy { isUnreserved($0) && $0 != 0x2E && $0 != 0x7E }
    }

    /// 43 to 128 unreserved characters (RFC 7636 §4.1).
    static func isVerifier(_ text: String) -> Bool {
        (43...128).contains(text.utf8.count) && text.utf8.allSatisfy(isUnreserved)
    }

    func proves(_ verifier: String, _ challenge: String) -> Bool {
        constantTimeEqual(crypto.digest(verifier), challenge)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
    }
}
