#if DEBUG || YIMEN_FUZZING
import Core

@testable import Cryptography

/// Signed tokens and the keys that check them.
enum TokenTargets {
    static let all = [token, header, ownKey, jwk, jwks]

    private static let elliptic =
        #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
        + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":"sig","alg":"ES256","kid":"1"}"#
    private static let edwards =
        #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["verify"]}"#
    private static let rsa =
        #"{"kty":"RSA","e":"AQAB","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuh"#
        + "DR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Qvzq"
        + "Y368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3X"
        + #"PksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#

    /// RFC 7515 appendix A.3.
    private static let publishedToken =
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
        + "Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    private static let payload: JSONValue = .object(["iss": "joe", "exp": 1_300_819_380])
    private static let ownToken = FixedValues.made {
        try TokenSigner.sign(payload: payload, type: "JWT", with: FixedValues.key)
    }

    private static let keys = VerificationKeys([
        FixedValues.key.verificationKey, FixedValues.made { try VerificationKey(jwk: JSONParser.parse(elliptic)) },
    ])

    /// What an outsider may send: nothing passes that we did not sign.
    private static let token = FuzzTarget("token", [ownToken, publishedToken, "..", "e30.e30.AA"]) { text in
        let claimed = try? TokenSigner.unverifiedPayload(text)
        let named = try? TokenSigner.peek(text)
        guard let verified = try? TokenSigner.verify(text, keys: keys, expectedTypes: [], typeMayBeAbsent: true) else {
            return
        }
        hold(verified == payload || verified["http://example.com/is_root"] == true, "only what was signed")
        hold(claimed == verified && named != nil, "unverified reading sees the same")
    }

    /// What an outsider with a key of ours could say: a JSON header, a line break, a payload.
    private static let header = FuzzTarget(
        "token-header",
        [
            #"{"alg":"EdDSA","typ":"JWT"}"# + "\n" + #"{"sub":"a"}"#,
            #"{"alg":"EdDSA","typ":"application/at+jwt","kid":"\#(FixedValues.key.id)"}"# + "\n{}",
            #"{"alg":"none","jwk":{},"crit":["b64"],"b64":false}"# + "\n[]",
        ]
    ) { text in
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let token = FixedValues.token(header: Array(parts[0].utf8), payload: Array(parts[1].utf8))
        let types = ["JWT", "at+jwt"]
        guard let verified = try? TokenSigner.verify(token, keys: keys, expectedTypes: types) else { return }
        let header = have(try? JSONParser.parse(String(parts[0])), "the header is JSON")
        hold(header["alg"] == "EdDSA", "the key's algorithm")
        for name in ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"] { hold(header[name] == nil, name) }
        let type = have(header["typ"]?.stringValue, "a type").lowercased()
        hold(types.contains { type == $0.lowercased() || type == "application/" + $0.lowercased() }, "one of the types")
        if let id = header["kid"]?.stringValue { hold(same(id, FixedValues.key.id), "the key that is named") }
        hold((try? JSONParser.parse(String(parts[1]))) == verified, "the payload as signed")
        hold(verified.objectMembers != nil, "an object")
    }

    private static let proof = FixedValues.token(
        header: JSONValue.object([
            "alg": "EdDSA", "typ": "dpop+jwt",
            "jwk": .object(
                FixedValues.key.publicJWK.objectMembers?.filter { ["kty", "crv", "x"].contains($0.name) } ?? []),
        ]).encoded(),
        payload: Array(#"{"htm":"POST","htu":"https://yimen.example/oauth2/token","iat":1800000000,"jti":"1"}"#.utf8))

    private static let ownKey = FuzzTarget("token-with-own-key", [proof]) { text in
        let (_, thumbprint) = try TokenSigner.verifyWithOwnKey(
            text, type: "dpop+jwt", algorithms: Set(SignatureAlgorithm.allCases))
        hold(thumbprint == FixedValues.key.verificationKey.thumbprint, "only who has the key")
    }

    private static let jwk = FuzzTarget("jwk", [elliptic, edwards, rsa]) { text in
        let key = try VerificationKey(jwk: JSONParser.parse(text))
        let again = have(try? VerificationKey(jwk: key.jwk), "what is published can be read")
        hold(again.thumbprint == key.thumbprint && same(again.id, key.id), "the same key under the same name")
        hold(key.jwk["d"] == nil && key.jwk["k"] == nil, "nothing private")
    }

    private static let jwks = FuzzTarget(
        "jwks", [#"{"keys":[\#(elliptic),\#(edwards)]}"#, #"{"keys":[\#(rsa),{"kty":"AKP"}]}"#]
    ) { text in
        let keys = try VerificationKeys(jwks: JSONParser.parse(text))
        let again = have(try? VerificationKeys(jwks: keys.jwks), "what is published can be read")
        hold(again.jwks == keys.jwks, "the same keys")
    }
}
#endif
