#if DEBUG || YIMEN_FUZZING
import Core
import Cryptography
@testable import Identity
import Storage

/// What people type about themselves, and what tokens say about them.
enum PersonTargets {
    static let all = [userCode, signInName, accessToken, idTokenHint]

    private static let userCode = FuzzTarget("user-code", ["WDJB-MJHT", "wdjb mjht", "ＷＤＪＢ－ＭＪＨＴ", "WDJBMJH1"]) { text in
        guard let code = UserCode(text) else { return }
        hold(code.text.utf8.count == 8 && code.text.utf8.allSatisfy { (0x41...0x5A).contains($0) }, "eight letters")
        hold(UserCode(code.shown) == code && UserCode(code.text) == code, "as it is shown")
    }

    private static let signInName = FuzzTarget(
        "sign-in-name", ["officer.jinan", "+86 199-0000-0001", "１９９００００００１", "Admin ", "　ａ"]
    ) { text in
        guard let name = SignInName(text) else { return }
        hold((1...64).contains(name.text.utf8.count) && name.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "plain")
        hold(SignInName(name.text) == name, "its own normal form")
    }

    private static let accessToken = FuzzTarget(
        "access-token-claims",
        [
            #"{"iss":"https://yimen.example","sub":"p","aud":"a","client_id":"app","scope":"openid x","exp":1,"iat":0,"jti":"1","#
                + #""channel":"web","acr":"L2","auth_time":7,"roles":["officer"],"cnf":{"jkt":"x"},"amr":["pwd"],"sid":"s"}"#,
            #"{"iss":"https://yimen.example","sub":"client:a","aud":["a","b"],"client_id":"a","scope":"","#
                + #""exp":9223372036854775807,"iat":-9223372036854775808,"jti":"","channel":"hall","act":{"sub":"x"}}"#,
        ]
    ) { text in
        let json = try JSONParser.parse(text)
        guard let claims = AccessTokenClaims(json, issuer: FixedValues.issuer) else { return }
        let written = claims.json(issuer: FixedValues.issuer)
        let again = have(AccessTokenClaims(written, issuer: FixedValues.issuer), "what was written can be read")
        hold(again.json(issuer: FixedValues.issuer) == written, "and says the same")
        hold(
            claims.principal.roles == again.principal.roles && claims.principal.scopes == again.principal.scopes, "all")
    }

    private static let hints: SignedIDTokenHints = {
        let key = FixedValues.key
        let crypto = FixedValues.crypto
        let sealed = FixedValues.made { try crypto.seal(key.pem.reveal(), context: SigningKeys.context(key.id)) }
        let values: [String: SQLValue] = [
            "kid": .text(key.id), "algorithm": .text(key.algorithm.rawValue), "sealed_private": .text(sealed),
            "state": .text("active"), "created_at_ms": .integer(0), "activated_at_ms": .null,
        ]
        let names = values.keys.sorted()
        let columns = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let row = Row(columns: columns, values: names.compactMap { values[$0] })
        let keys = SigningKeys(database: KeyDatabase(rows: [row]), crypto: crypto)
        FixedValues.made { try waiting { try await keys.refresh() } }
        return SignedIDTokenHints(keys: keys, subjects: Subjects(crypto: crypto), issuer: FixedValues.issuer)
    }()

    /// The payload of a token that we signed, whatever it is for.
    private static let idTokenHint = FuzzTarget(
        "id-token-hint",
        [
            #"{"iss":"https://yimen.example","sub":"p","aud":"app","exp":1,"auth_time":1,"sid":"s"}"#,
            #"{"iss":"https://yimen.example","sub":"p","aud":"app","exp":1,"auth_time":1,"person":"v1.1.AAAA"}"#,
        ]
    ) { text in
        hold(hints.read(text) == nil, "nothing unsigned")
        let payload = try JSONParser.parse(text)
        let token = try TokenSigner.sign(payload: payload, type: "JWT", with: FixedValues.key)
        guard let hint = hints.read(token) else { return }
        hold(payload["iss"]?.stringValue == FixedValues.issuer, "of this issuer")
        hold(payload["aud"]?.stringValue == hint.clientID, "for that client")
        hold(payload["auth_time"]?.integerValue != nil && payload["exp"]?.integerValue != nil, "an ID token")
        hold(payload["person"] == nil || payload["person"]?.stringValue == nil, "nobody seals a person but us")
        let other = FixedValues.made { try TokenSigner.sign(payload: payload, type: "at+jwt", with: FixedValues.key) }
        let foreign = FixedValues.made {
            try TokenSigner.sign(payload: payload, type: "JWT", with: FixedValues.otherKey)
        }
        hold(hints.read(other) == nil && hints.read(foreign) == nil, "no other kind and no other key")
    }
}
#endif
