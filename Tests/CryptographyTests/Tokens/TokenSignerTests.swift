import Core
import Cryptography
import Testing

@Suite("Signed tokens: RFC 7519 read by the rules of RFC 8725")
struct TokenSignerTests {
    private static let es256 = try? SigningKey.generate(.es256)
    private static let payload: JSONValue = .object(["sub": "0193a5c0", "exp": 1_795_397_400, "name": "测试甲"])

    private func key() throws -> SigningKey { try #require(Self.es256) }

    /// A token with any header, rightly signed as far as the key allows.
    private func token(header: String, payload: String = #"{"sub":"x"}"#, key: SigningKey) throws -> String {
        let genuine = try TokenSigner.sign(payload: .object(["sub": "x"]), type: "JWT", with: key)
        let signature = genuine.split(separator: ".")[2]
        return "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(payload.utf8)).\(signature)"
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a token signed by any algorithm reads back`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm)
        let token = try TokenSigner.sign(payload: Self.payload, type: "at+jwt", with: key)
        let published = try VerificationKeys(jwks: VerificationKeys([key]).jwks)
        #expect(try TokenSigner.verify(token, keys: published, expectedTypes: ["at+jwt"]) == Self.payload)
        let peeked = try TokenSigner.peek(token)
        #expect(peeked.keyID == key.id)
        #expect(peeked.algorithm == algorithm)
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a stored key signs what the original verifies`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm)
        let restored = try SigningKey(algorithm, pem: key.pem)
        #expect(restored.id == key.id)
        let token = try TokenSigner.sign(payload: Self.payload, type: "JWT", with: restored)
        #expect(try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: ["JWT"]) == Self.payload)
        #expect(throws: KeyFault.malformed("PEM")) { try SigningKey(algorithm, pem: Secret("no key")) }
    }

    @Test func `RSA keys below 2048 bits are refused`() {
        #expect(throws: KeyFault.wrongSize(bits: 1024)) { try SigningKey.generate(.rs256, rsaBits: 1024) }
    }

    @Test func `every changed character is refused`() throws {
        let key = try key()
        let keys = VerificationKeys([key])
        let token = Array(try TokenSigner.sign(payload: Self.payload, type: "JWT", with: key).utf8)
        for index in token.indices {
            for replacement in Array("A_.=z".utf8) where replacement != token[index] {
                var altered = token
                altered[index] = replacement
                #expect(throws: TokenFault.self) {
                    try TokenSigner.verify(String(decoding: altered, as: UTF8.self), keys: keys, expectedTypes: ["JWT"])
                }
            }
        }
    }

    @Test(arguments: ["none", "None", "NONE", "HS256", "HS512", "ES384", "RS1", "PS384", "", "es256"])
    func `no other algorithm is accepted`(name: String) throws {
        let key = try key()
        let token = try token(header: #"{"alg":"\#(name)","typ":"JWT","kid":"\#(key.id)"}"#, key: key)
        #expect(throws: TokenFault.algorithmRefused) {
            try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: [])
        }
    }

    @Test func `an unsigned token is refused in every form`() throws {
        let keys = VerificationKeys([try key()])
        let body = Base64URL.encode(#"{"sub":"x"}"#.utf8)
        let none = Base64URL.encode(#"{"alg":"none"}"#.utf8)
        for token in ["\(none).\(body).", "\(none).\(body)", "..", "", ".", "a.b.c.d", "\(none).\(body).."] {
            #expect(throws: TokenFault.self) { try TokenSigner.verify(token, keys: keys, expectedTypes: []) }
        }
    }

    @Test func `the algorithm is the key's and not the token's`() throws {
        let key = try key()
        for name in ["RS256", "EdDSA"] {
            let token = try token(header: #"{"alg":"\#(name)","kid":"\#(key.id)"}"#, key: key)
            #expect(throws: TokenFault.algorithmOfAnotherKey) {
                try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: [])
            }
        }
    }

    @Test(arguments: ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"])
    func `a header that brings or names its own key is refused`(member: String) throws {
        let key = try key()
        let token = try token(header: #"{"alg":"ES256","kid":"\#(key.id)","\#(member)":["x"]}"#, key: key)
        #expect(throws: TokenFault.headerMemberRefused(member)) {
            try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: [])
        }
    }

    @Test(arguments: [
        #"{"alg":"ES256","alg":"ES256"}"#, #"{"alg":"ES256","\u0061lg":"none"}"#, #"["ES256"]"#, #"{"alg":["ES256"]}"#,
        #"{"alg":"ES256","kid":7}"#, #"{"alg":"ES256","typ":null}"#, "{}", "", "{", #"{"alg":"ES256"} x"#,
    ])
    func `a header with two meanings or none is refused`(header: String) throws {
        let key = try key()
        let token = try token(header: header, key: key)
        #expect(throws: TokenFault.self) {
            try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: [])
        }
    }

    @Test(arguments: [
        ("JWT", ["at+jwt"], false), ("at+jwt", ["JWT"], false), ("dpop+jwt", ["at+jwt", "JWT"], true),
    ])
    func `a token of another type is refused`(type: String, expected: [String], mayBeAbsent: Bool) throws {
        let key = try key()
        let token = try TokenSigner.sign(payload: Self.payload, type: type, with: key)
        #expect(throws: TokenFault.typeRefused(type)) {
            try TokenSigner.verify(
                token, keys: VerificationKeys([key]), expectedTypes: expected, typeMayBeAbsent: mayBeAbsent)
        }
    }

    @Test(arguments: ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
    func `types are compared as media types`(type: String) throws {
        let key = try key()
        let token = try TokenSigner.sign(payload: Self.payload, type: type, with: key)
        #expect(throws: Never.self) {
            try TokenSigner.verify(token, keys: VerificationKeys([key]), expectedTypes: ["at+jwt"])
        }
    }

    @Test func `an absent type passes only where allowed`() throws {
        let key = try key()
        let token = try token(header: #"{"alg":"ES256"}"#, key: key)
        let keys = VerificationKeys([key])
        #expect(throws: TokenFault.typeRefused(nil)) {
            try TokenSigner.verify(token, keys: keys, expectedTypes: ["JWT"])
        }
        #expect(throws: TokenFault.signatureInvalid) {
            try TokenSigner.verify(token, keys: keys, expectedTypes: ["JWT"], typeMayBeAbsent: true)
        }
    }

    @Test func `a key is found by name, or alone`() throws {
        let first = try key()
        let second = try SigningKey.generate(.es256)
        let token = try TokenSigner.sign(payload: Self.payload, type: "JWT", with: first)
        #expect(throws: TokenFault.unknownKey(first.id)) {
            try TokenSigner.verify(token, keys: VerificationKeys([second]), expectedTypes: [])
        }
        let nameless = try self.token(header: #"{"alg":"ES256"}"#, key: first)
        #expect(throws: TokenFault.unknownKey(nil)) {
            try TokenSigner.verify(nameless, keys: VerificationKeys([first, second]), expectedTypes: [])
        }
        #expect(throws: TokenFault.signatureInvalid) {
            try TokenSigner.verify(nameless, keys: VerificationKeys([first]), expectedTypes: [])
        }
    }

    @Test func `an over-long token is not parsed`() throws {
        let token = String(repeating: "A", count: 16_385)
        #expect(throws: TokenFault.tooLong) {
            try TokenSigner.verify(token, keys: VerificationKeys([try key()]), expectedTypes: [])
        }
        #expect(throws: TokenFault.tooLong) { try TokenSigner.peek(token) }
    }

    @Test func `a secret key shows itself nowhere`() throws {
        let key = try key()
        #expect("\(key.pem)" == "[secret]")
        #expect(key.publicJWK["d"] == nil)
        #expect(key.publicJWK["kid"] == .string(key.id))
    }
}
