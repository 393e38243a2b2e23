package import Core
import Crypto
import CryptoExtras

/// A private key that signs tokens with one algorithm.
package struct SigningKey: Sendable {
    /// `kid`: the thumbprint of the public key (RFC 7638), so that one key has one name everywhere.
    package var id: String { verificationKey.id }
    package var algorithm: SignatureAlgorithm { verificationKey.algorithm }
    /// The public half.
    package let verificationKey: VerificationKey
    private let backing: Backing

    private enum Backing: Sendable {
        case p256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    /// A fresh key.
    /// - Parameter rsaBits: 2048, 3072 or 4096; ignored by the other algorithms.
    package static func generate(_ algorithm: SignatureAlgorithm, rsaBits: Int = 2048) throws -> SigningKey {
        switch algorithm {
        case .es256: return SigningKey(P256.Signing.PrivateKey())
        case .ed25519: return SigningKey(Curve25519.Signing.PrivateKey())
        case .rs256, .ps256:
            guard rsaBits >= 2048, rsaBits <= 8192 else { throw KeyFault.wrongSize(bits: rsaBits) }
            return try SigningKey(_RSA.Signing.PrivateKey(keySize: .init(bitCount: rsaBits)), algorithm)
        }
    }

    /// - Parameter pem: PKCS#8, as `pem` gives it; SEC 1 and PKCS#1 are read too.
    package init(_ algorithm: SignatureAlgorithm, pem: Secret<String>) throws(KeyFault) {
        do {
            switch algorithm {
            case .es256: self.init(try P256.Signing.PrivateKey(pemRepresentation: pem.reveal()))
            case .ed25519: self.init(try Curve25519.Signing.PrivateKey(pemRepresentation: pem.reveal()))
            case .rs256, .ps256: try self.init(_RSA.Signing.PrivateKey(pemRepresentation: pem.reveal()), algorithm)
            }
        } catch let fault as KeyFault {
            throw fault
        } catch {
            throw .malformed("PEM")
        }
    }

    private init(_ key: P256.Signing.PrivateKey) {
        backing = .p256(key)
        verificationKey = VerificationKey(key.publicKey)
    }

    private init(_ key: Curve25519.Signing.PrivateKey) {
        backing = .ed25519(key)
        verificationKey = VerificationKey(key.publicKey)
    }

    private init(_ key: _RSA.Signing.PrivateKey, _ algorithm: SignatureAlgorithm) throws(KeyFault) {
        backing = .rsa(key)
        verificationKey = try VerificationKey(key.publicKey, algorithm)
    }

    package var pem: Secret<String> {
        switch backing {
        case .p256(let key): Secret(key.pemRepresentation)
        case .rsa(let key): Secret(key.pkcs8PEMRepresentation)
        case .ed25519(let key): Secret(key.pemRepresentation)
        }
    }

    /// The public key as it stands in a key set: `kid`, `use`, `alg` and the key members.
    package var publicJWK: JSONValue { verificationKey.jwk }

    private var padding: _RSA.Signing.Padding { algorithm == .ps256 ? .PSS : .insecurePKCS1v1_5 }

    /// The signature in JWS form: r and s side by side for ECDSA (RFC 7518 §3.4).
    func signature(over message: [UInt8]) throws -> [UInt8] {
        switch backing {
        case .p256(let key): Array(try key.signature(for: message).rawRepresentation)
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: message), padding: padding).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: message))
        }
    }
}
