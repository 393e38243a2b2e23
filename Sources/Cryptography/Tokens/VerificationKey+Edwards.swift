import Core
import Crypto

extension VerificationKey {
    /// The points whose order divides eight, by their y in every spelling, the sign left out. Anybody can make
    /// signatures that hold under such a key, so it proves nothing about who has it.
    private static let weakPoints: Set<String> = [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
        "7P_______________________________________38", "7f_______________________________________38",
        "7v_______________________________________38",
    ]

    /// A key of Ed25519 (RFC 8032 §5.1.5) that somebody else made.
    ///
    /// - Returns: `nil` for bytes that are no point, and for a point of small order (RFC 8725 §3.4).
    static func edwardsKey(_ bytes: [UInt8]) -> Curve25519.Signing.PublicKey? {
        guard bytes.count == 32 else { return nil }
        var y = bytes
        y[31] &= 0x7F
        guard !weakPoints.contains(Base64URL.encode(y)) else { return nil }
        return try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    }
}
