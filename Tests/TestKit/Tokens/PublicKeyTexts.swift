import Core
import Cryptography

/// A public key in the forms in which it goes about. A reader that lets the token choose the algorithm takes one of them
/// for the secret of an HMAC (RFC 8725 §2.1), and everybody has it.
struct PublicKeyTexts {
    let key: VerificationKey

    var all: [(name: String, secret: [UInt8])] {
        let jwk = key.jwk
        var bare = jwk.objectMembers ?? []
        bare.removeAll { ["kid", "use", "alg"].contains($0.name) }
        return [
            ("PEM", Array(pem.utf8)), ("PEM without its last line break", Array(pem.utf8.dropLast())),
            ("DER", der), ("JWK", jwk.encoded()), ("JWK of the key's own members", JSONValue.object(bare).encoded()),
            ("JWK set", JSONValue.object(["keys": .array([jwk])]).encoded()), ("numbers of the key", numbers),
            ("first number of the key, in base64url", Array((jwk["n"] ?? jwk["x"])?.stringValue?.utf8 ?? "".utf8)),
        ]
    }

    /// The modulus, or the point without its prefix.
    private var numbers: [UInt8] { key.jwk["n"] == nil ? number("x") + number("y") : number("n") }

    private func number(_ name: String) -> [UInt8] {
        (key.jwk[name]?.stringValue).flatMap { Base64URL.decode($0) } ?? []
    }

    /// SubjectPublicKeyInfo (RFC 5480 §2, RFC 3279 §2.3.1).
    private var der: [UInt8] {
        if key.jwk["n"] == nil {
            let algorithm: [UInt8] = [
                0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03,
                0x01, 0x07,
            ]
            return DER.wrap(0x30, DER.wrap(0x30, algorithm) + DER.wrap(0x03, [0, 4] + numbers))
        }
        let algorithm: [UInt8] = [
            0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
        ]
        let pair = DER.wrap(0x30, DER.integer(number("n")) + DER.integer(number("e")))
        return DER.wrap(0x30, DER.wrap(0x30, algorithm) + DER.wrap(0x03, [0] + pair))
    }

    private var pem: String {
        var text = Base64URL.encode(der).replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        var lines = ["-----BEGIN PUBLIC KEY-----"]
        while !text.isEmpty {
            lines.append(String(text.prefix(64)))
            text = String(text.dropFirst(64))
        }
        return (lines + ["-----END PUBLIC KEY-----", ""]).joined(separator: "\n")
    }
}

/// As much of DER as public keys and signatures need.
enum DER {
    static func wrap(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 0x80 { return [tag, UInt8(count)] + content }
        if count < 0x100 { return [tag, 0x81, UInt8(count)] + content }
        return [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content
    }

    static func integer(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let number = Array(bytes.drop { $0 == 0 })
        let isHigh = number.first.map { $0 >= 0x80 } ?? true
        return wrap(0x02, isHigh ? [0] + number : number)
    }
}

/// HMAC with SHA-256 (RFC 2104), for what `HS256` would be.
enum HS256 {
    static func tag(_ message: [UInt8], secret: [UInt8]) -> [UInt8] {
        var key = secret.count > 64 ? digest(secret) : secret
        key += [UInt8](repeating: 0, count: 64 - key.count)
        return digest(key.map { $0 ^ 0x5C } + digest(key.map { $0 ^ 0x36 } + message))
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] { Base64URL.decode(ContentDigest.of(bytes)) ?? [] }
}
