package import Core
import Crypto
import CryptoExtras

extension VerificationKey {
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads a public JWK (RFC 7517 §4) that somebody else made.
    ///
    /// `alg` and `use`, where given, must fit signatures of the key's type; a private member is refused, as its owner
    /// has given away the key.
    package init(jwk: JSONValue) throws(KeyFault) {
        guard let members = jwk.objectMembers else { throw .malformed("JWK") }
        if members.contains(where: { VerificationKey.privateMembers.contains($0.name) }) { throw .privateKeyGiven }
        if let use = jwk["use"], use != "sig" { throw .unsupported("use") }
        if let operations = jwk["key_ops"], operations.arrayValue?.contains("verify") != true {
            throw .unsupported("key_ops")
        }
        var id: String?
        if let kid = jwk["kid"] {
            guard let text = kid.stringValue, (1...256).contains(text.utf8.count) else { throw .malformed("kid") }
            id = text
        }
        switch (jwk["kty"]?.stringValue, jwk["crv"]?.stringValue) {
        case ("EC", "P-256"):
            let point =
                [4] + (try VerificationKey.bytes(jwk, "x", 32...32)) + (try VerificationKey.bytes(jwk, "y", 32...32))
            guard let key = try? P256.Signing.PublicKey(x963Representation: point) else { throw .malformed("point") }
            self.init(key, id: id)
        case ("OKP", "Ed25519"):
            let point = try VerificationKey.bytes(jwk, "x", 32...32)
            guard let key = VerificationKey.edwardsKey(point) else { throw .malformed("x") }
            self.init(key, id: id)
        case ("RSA", _):
            let modulus = try VerificationKey.bytes(jwk, "n", 1...1024)
            let exponent = try VerificationKey.bytes(jwk, "e", 1...8)
            let bits = modulus.drop { $0 == 0 }.count * 8
            guard bits >= 2048 else { throw .wrongSize(bits: bits) }
            guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else { throw .malformed("n or e") }
            let named: SignatureAlgorithm = jwk["alg"] == "PS256" ? .ps256 : .rs256
            try self.init(key, jwk["alg"] == nil ? nil : named, id: id)
        default: throw .unsupported("kty or crv")
        }
        if let named = jwk["alg"], named.stringValue != algorithm.rawValue { throw .unsupported("alg") }
    }

    private static func bytes(_ jwk: JSONValue, _ name: String, _ length: ClosedRange<Int>) throws(KeyFault) -> [UInt8]
    {
        guard let text = jwk[name]?.stringValue, let bytes = Base64URL.decode(text), length.contains(bytes.count) else {
            throw .malformed(name)
        }
        return bytes
    }
}
