package import Core
import Crypto
import CryptoExtras

/// A public key that checks tokens of one algorithm; an RSA key whose owner named none checks RS256 and PS256, which
/// share key, hash and strength.
package struct VerificationKey: Sendable {
    /// `kid`: as given by the owner, else the thumbprint (RFC 7638).
    package let id: String
    package let algorithm: SignatureAlgorithm
    private let isEitherRSA: Bool
    /// The members that define the key, in the order of RFC 7638 §3.2.
    private let members: [JSONValue.Member]
    private let backing: Backing

    private enum Backing: Sendable {
        case p256(P256.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    init(_ key: P256.Signing.PublicKey, id: String? = nil) {
        let point = Array(key.rawRepresentation)
        let members: [JSONValue.Member] = [
            .init("crv", "P-256"), .init("kty", "EC"), .init("x", .string(Base64URL.encode(point.prefix(32)))),
            .init("y", .string(Base64URL.encode(point.suffix(32)))),
        ]
        self.init(.p256(key), .es256, members, id)
    }

    init(_ key: Curve25519.Signing.PublicKey, id: String? = nil) {
        let members: [JSONValue.Member] = [
            .init("crv", "Ed25519"), .init("kty", "OKP"),
            .init("x", .string(Base64URL.encode(Array(key.rawRepresentation)))),
        ]
        self.init(.ed25519(key), .ed25519, members, id)
    }

    /// - Parameter algorithm: `rs256`, `ps256`, or `nil` for a key that its owner bound to neither.
    init(_ key: _RSA.Signing.PublicKey, _ algorithm: SignatureAlgorithm?, id: String? = nil) throws(KeyFault) {
        guard (2048...8192).contains(key.keySizeInBits) else { throw .wrongSize(bits: key.keySizeInBits) }
        guard let numbers = try? key.getKeyPrimitives() else { throw .malformed("RSA key") }
        let members: [JSONValue.Member] = [
            .init("e", .string(Base64URL.encode(Array(numbers.publicExponent).drop { $0 == 0 }))),
            .init("kty", "RSA"),
            .init("n", .string(Base64URL.encode(Array(numbers.modulus).drop { $0 == 0 }))),
        ]
        self.init(.rsa(key), algorithm ?? .rs256, members, id, isEitherRSA: algorithm == nil)
    }

    private init(
        _ backing: Backing, _ algorithm: SignatureAlgorithm, _ members: [JSONValue.Member], _ id: String?,
        isEitherRSA: Bool = false
    ) {
        self.backing = backing
        self.algorithm = algorithm
        self.members = members
        self.isEitherRSA = isEitherRSA
        self.id = id ?? Self.thumbprint(members)
    }

    /// SHA-256 of the key's own members (RFC 7638 §3), base64url; `jkt` of RFC 9449 §6.1.
    package var thumbprint: String { Self.thumbprint(members) }

    private static func thumbprint(_ members: [JSONValue.Member]) -> String {
        Base64URL.encode(Array(SHA256.hash(data: JSONValue.object(members).encoded())))
    }

    /// Whether a token of that algorithm may be checked with this key (RFC 8725 §3.1).
    func serves(_ named: SignatureAlgorithm) -> Bool {
        named == algorithm || (isEitherRSA && named == .ps256)
    }

    /// The public JWK (RFC 7517).
    package var jwk: JSONValue {
        .object(
            members + [
                .init("alg", .string(algorithm.rawValue)), .init("kid", .string(id)), .init("use", "sig"),
            ])
    }

    /// - Parameter named: the token's algorithm, which the key `serves`.
    func isValid(_ signature: [UInt8], over message: [UInt8], by named: SignatureAlgorithm) -> Bool {
        guard serves(named) else { return false }
        switch backing {
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(
                signature, for: SHA256.hash(data: message), padding: named == .ps256 ? .PSS : .insecurePKCS1v1_5)
        case .ed25519(let key): return key.isValidSignature(signature, for: message)
        }
    }
}
