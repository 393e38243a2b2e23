import Core
import Cryptography
import Testing

@Suite("JOSE vectors: RFC 7515, RFC 7638, RFC 8037")
struct TokenVectorTests {
    private static let p256: JSONValue = .object([
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ])
    private static let edwards: JSONValue = .object([
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ])
    private static let modulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        + "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        + "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        + "kEgU8awapJzKnqDKgw"
    private static let rsa: JSONValue = .object(["kty": "RSA", "n": .string(modulus), "e": "AQAB", "alg": "RS256"])

    @Test func `the ES256 example of RFC 7515 A_3 verifies`() throws {
        let keys = VerificationKeys([try VerificationKey(jwk: Self.p256)])
        let token =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            + "Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let payload = try TokenSigner.verify(token, keys: keys, expectedTypes: [])
        #expect(payload["iss"] == "joe")
        #expect(payload["exp"] == 1_300_819_380)
    }

    @Test func `the Ed25519 example of RFC 8037 A_4 has a right signature over no JSON`() throws {
        let keys = VerificationKeys([try VerificationKey(jwk: Self.edwards)])
        let token =
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
            + "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let fault = #expect(throws: TokenFault.self) { try TokenSigner.verify(token, keys: keys, expectedTypes: []) }
        guard case .malformedPayload = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test func `a key without kid is named by its thumbprint`() throws {
        #expect(try VerificationKey(jwk: Self.rsa).id == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(try VerificationKey(jwk: Self.edwards).id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test(arguments: [
        (#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, KeyFault.unsupported("kty or crv")),
        (#"{"kty":"oct","k":"AAAA"}"#, .privateKeyGiven), (#"[]"#, .malformed("JWK")),
        (#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, .malformed("x")),
        (#"{"kty":"OKP","crv":"Ed25519","x":7}"#, .malformed("x")),
        (#"{"kty":"OKP","crv":"Ed25519"}"#, .malformed("x")),
        (#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#, .unsupported("kty or crv")),
        (#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"A"}"#, .privateKeyGiven),
        (
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"ES256"}"#,
            .unsupported("alg")
        ),
        (
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"enc"}"#,
            .unsupported("use")
        ),
        (
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":""}"#,
            .malformed("kid")
        ),
        (
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
                + #""y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#, .malformed("point")
        ),
        (#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, .wrongSize(bits: 24)),
    ])
    func `an unfit key is refused`(text: String, fault: KeyFault) throws {
        let jwk = try JSONParser.parse(text)
        #expect(throws: fault) { try VerificationKey(jwk: jwk) }
    }

    /// RFC 8725 §3.4: the signature of the identity and zero holds under the first of them, over any text.
    @Test(arguments: [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o", "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o",
        "7P_______________________________________38", "7P________________________________________8",
        "7f_______________________________________38", "7f________________________________________8",
        "7v_______________________________________38", "7v________________________________________8",
    ])
    func `a key with which anybody could sign is refused`(x: String) throws {
        #expect(Base64URL.decode(x)?.count == 32)
        let jwk: JSONValue = .object(["kty": "OKP", "crv": "Ed25519", "x": .string(x)])
        #expect(throws: KeyFault.malformed("x")) { try VerificationKey(jwk: jwk) }
        let set: JSONValue = .object(["keys": .array([jwk, Self.edwards])])
        #expect(try VerificationKeys(jwks: set).jwks["keys"]?.arrayValue?.count == 1)
    }

    /// RFC 8725 §3.4: with 1 for an exponent every padded text is its own signature; even ones are nobody's.
    @Test(arguments: ["AQ", "AAAB", "AA", "Ag"])
    func `an RSA key with an exponent that is none is refused`(e: String) throws {
        let jwk: JSONValue = .object(["kty": "RSA", "n": .string(Self.modulus), "e": .string(e)])
        #expect(throws: KeyFault.malformed("n or e")) { try VerificationKey(jwk: jwk) }
    }

    @Test func `a key set passes over types it does not know and publishes the others`() throws {
        let set: JSONValue = .object(["keys": .array([.object(["kty": "AKP"]), Self.p256, Self.rsa])])
        let keys = try VerificationKeys(jwks: set)
        let published = keys.jwks["keys"]?.arrayValue ?? []
        #expect(published.map { $0["kty"] } == ["EC", "RSA"])
        #expect(published.allSatisfy { $0["use"] == "sig" && $0["kid"] != nil && $0["alg"] != nil && $0["d"] == nil })
        #expect(try VerificationKeys(jwks: keys.jwks).jwks == keys.jwks)
        #expect(throws: KeyFault.self) { try VerificationKeys(jwks: .object([])) }
    }
}
