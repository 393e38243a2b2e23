import Core
import Cryptography

/// Tokens that would choose the algorithm by which they are judged.
extension HostileToken {
    static func unsigned(_ mould: TokenMould) throws -> [HostileToken] {
        var tokens = ["none", "None", "NONE", "nOnE"].map { name in
            HostileToken("alg \(name)", mould.message(header: mould.header(("alg", .string(name)))) + ".")
        }
        let none = mould.header(("alg", "none"))
        tokens.append(HostileToken("alg none in two parts", mould.message(header: none)))
        tokens.append(HostileToken("alg none beside a good signature", try mould.token(header: none)))
        let nameless = mould.header(("alg", "none"), ("kid", nil), ("typ", nil))
        tokens.append(HostileToken("alg none and nothing else", mould.message(header: nameless) + "."))
        return tokens
    }

    /// The public key, or a secret that somebody else may know, as the key of an HMAC.
    static func symmetric(_ mould: TokenMould) throws -> [HostileToken] {
        var secrets = PublicKeyTexts(key: mould.key.key).all.map { ("HS256 with the EC \($0.name)", $0.secret) }
        if let rsa = mould.rsa {
            secrets += PublicKeyTexts(key: rsa.key).all.map { ("HS256 with the RSA \($0.name)", $0.secret) }
        }
        secrets += [("HS256 with no secret", []), ("HS256 with a zero byte", [0])]
        if let shared = mould.secret { secrets.append(("HS256 with the client's secret", Array(shared.utf8))) }
        var tokens = [HostileToken]()
        for (name, secret) in secrets {
            let id = name.contains("RSA") ? mould.rsa?.key.id : nil
            let header = id.map { mould.header(("alg", "HS256"), ("kid", .string($0))) }
            let message = mould.message(header: header ?? mould.header(("alg", "HS256")))
            let tag = HS256.tag(Array(message.utf8), secret: secret)
            tokens.append(HostileToken(name, message + "." + Base64URL.encode(tag)))
        }
        let own = JSONValue.object(["kty": "oct", "k": "AAAA"])
        let message = mould.message(header: mould.header(("alg", "HS256"), ("jwk", own)))
        let tag = HS256.tag(Array(message.utf8), secret: [0, 0, 0])
        tokens.append(HostileToken("HS256 with a secret in jwk", message + "." + Base64URL.encode(tag)))
        return tokens
    }

    static func otherAlgorithms(_ mould: TokenMould) throws -> [HostileToken] {
        let unknown: [JSONValue] = [
            "HS256", "HS512", "ES384", "ES512", "ES256K", "RS1", "RS512", "PS384", "RSA1_5", "A256GCM", "es256",
            "ES256 ",
            "ES256\u{200B}", "", .null, 7, true, .strings(["ES256"]), .object(["name": "ES256"]),
        ]
        var tokens = try unknown.map { name in
            HostileToken(
                "alg \(String(decoding: name.encoded(), as: UTF8.self))",
                try mould.token(header: mould.header(("alg", name))))
        }
        tokens.append(HostileToken("no alg", try mould.token(header: mould.header(("alg", nil)))))
        for name in ["RS256", "PS256", "EdDSA"] {
            let header = mould.header(("alg", .string(name)))
            tokens.append(HostileToken("\(name) under an EC key", try mould.token(header: header)))
        }
        guard let rsa = mould.rsa else { return tokens }
        let id = JSONValue.string(rsa.key.id)
        for name in ["ES256", "PS256", "EdDSA", "none"] {
            let header = mould.header(("alg", .string(name)), ("kid", id))
            tokens.append(HostileToken("\(name) under an RSA key", try mould.token(header: header, by: rsa)))
        }
        let zeros = mould.message(header: mould.header(("alg", "RS256"), ("kid", id)))
        for (name, end) in [("0", UInt8(0)), ("1", 1)] {
            let signature = Base64URL.encode([UInt8](repeating: 0, count: 255) + [end])
            tokens.append(HostileToken("an RSA signature of \(name)", zeros + "." + signature))
        }
        return tokens
    }

    /// ECDSA signatures with numbers out of range, of another length or in another form (RFC 7518 §3.4).
    static func degenerateSignatures(_ mould: TokenMould) throws -> [HostileToken] {
        let zero = [UInt8](repeating: 0, count: 32)
        let one: [UInt8] = zero.dropLast() + [1]
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let highest = [UInt8](repeating: 0xFF, count: 32)
        let message = mould.message()
        let genuine = try mould.key.sign(Array(message.utf8))
        let signatures: [(String, [UInt8])] = [
            ("r and s zero", zero + zero), ("r zero", zero + one), ("s zero", one + zero), ("r and s one", one + one),
            ("r and s the order", order + order), ("r and s beyond the field", highest + highest),
            ("signature of one zero byte", [0]), ("signature cut by a byte", Array(genuine.dropLast())),
            ("half a signature", Array(genuine.prefix(32))), ("signature and a zero byte", genuine + [0]),
            ("a zero byte and the signature", [0] + genuine), ("signature twice", genuine + genuine),
            ("r and s exchanged", Array(genuine.suffix(32) + genuine.prefix(32))),
            (
                "signature in DER",
                DER.wrap(0x30, DER.integer(genuine.prefix(32)) + DER.integer(genuine.suffix(32)))
            ),
        ]
        return signatures.map { HostileToken($0, message + "." + Base64URL.encode($1)) }
            + [HostileToken("signature cut by four characters", String(try mould.token().dropLast(4)))]
    }
}
