import Core
import Cryptography

/// Tokens whose header brings or names a key, hides a condition, or is no header.
extension HostileToken {
    static func foreignKeys(_ mould: TokenMould) throws -> [HostileToken] {
        let stranger = mould.stranger
        let own = stranger.key.jwk
        let set = JSONValue.object(["keys": .array([own])])
        func signed(_ name: String, _ value: JSONValue) throws -> String {
            try mould.token(header: mould.header((name, value)), by: stranger)
        }
        return [
            HostileToken("signed by a stranger under a trusted name", try mould.token(by: stranger)),
            HostileToken("jwk of the stranger who signed", try signed("jwk", own), .bringsItsKey),
            HostileToken(
                "jwk of the stranger and no kid",
                try mould.token(header: mould.header(("jwk", own), ("kid", nil)), by: stranger), .bringsItsKey),
            HostileToken("jwk is a set", try signed("jwk", set)), HostileToken("jwk is text", try signed("jwk", "x")),
            HostileToken("jku", try signed("jku", "https://evil.example/jwks")),
            HostileToken("jku into the house", try signed("jku", "http://localhost:8080/oauth2/jwks")),
            HostileToken("jku of the machine next door", try signed("jku", "http://169.254.169.254/latest")),
            HostileToken("x5u", try signed("x5u", "https://evil.example/x5u")),
            HostileToken("x5u of a file", try signed("x5u", "file:///etc/passwd")),
            HostileToken("x5c", try signed("x5c", .strings(["MIIBevil", "AAAA"]))),
            HostileToken("x5t", try signed("x5t", "evil")),
            HostileToken(
                "jku beside a good signature", try mould.token(header: mould.header(("jku", "https://evil.example")))),
        ]
    }

    static func keyNames(_ mould: TokenMould) throws -> [HostileToken] {
        let names: [(String, JSONValue)] = [
            ("of the stranger", .string(mould.stranger.key.id)), ("that is empty", ""),
            ("with a path", "../../evil/keys"),
            ("of a device", "../../../../../../dev/null"), ("with SQL", "evil' UNION SELECT 'AAAA' --"),
            ("with a command", "evil|/usr/bin/id"), ("with a template", "${jndi:ldap://evil.example}"),
            ("with markup", "<script>evil()</script>"), ("with line breaks", "evil\r\nSet-Cookie: a=b"),
            ("with an address", "https://evil.example/key"), ("of an object's parent", "__proto__"),
        ]
        var tokens = [HostileToken]()
        for (name, value) in names {
            let header = mould.header(("kid", value))
            tokens.append(HostileToken("kid \(name)", try mould.token(header: header, by: mould.stranger)))
            let empty = mould.message(header: mould.header(("kid", value), ("alg", "HS256")))
            let tag = Base64URL.encode(HS256.tag(Array(empty.utf8), secret: []))
            tokens.append(HostileToken("kid \(name) with HS256", empty + "." + tag))
        }
        let wrong: [(String, JSONValue)] = [
            ("of 300 characters", .string(String(repeating: "k", count: 300))),
            ("of 5,000 characters", .string(String(repeating: "k", count: 5000))), ("that is a number", 7),
            ("that is null", .null), ("that is a list", .strings([mould.key.key.id])),
            ("that is an object", .object([:])),
        ]
        for (name, value) in wrong {
            tokens.append(HostileToken("kid \(name)", try mould.token(header: mould.header(("kid", value)))))
        }
        return tokens
    }

    /// What a reader that does not know it must refuse (RFC 7515 §4.1.11), or what changes the text that is signed.
    static func criticalMembers(_ mould: TokenMould) throws -> [HostileToken] {
        let changes: [(String, [UInt8])] = [
            ("crit of something unknown", mould.header(("crit", .strings(["evil"])), ("evil", true))),
            ("crit of exp", mould.header(("crit", .strings(["exp"])), ("exp", 1))),
            ("crit of a member that is not there", mould.header(("crit", .strings(["evil"])))),
            ("crit of alg", mould.header(("crit", .strings(["alg"])))),
            ("crit is empty", mould.header(("crit", .array([])))),
            ("crit is text", mould.header(("crit", "alg"))), ("b64 false", mould.header(("b64", false))),
            ("b64 false and critical", mould.header(("b64", false), ("crit", .strings(["b64"])))),
            ("zip", mould.header(("zip", "DEF"))), ("enc", mould.header(("enc", "A256GCM"))),
        ]
        var tokens = try changes.map { HostileToken($0, try mould.token(header: $1)) }
        let header = Base64URL.encode(mould.header(("b64", false), ("crit", .strings(["b64"]))))
        let payload = mould.payload()
        let signature = Base64URL.encode(try mould.key.sign(Array((header + ".").utf8) + payload))
        tokens.append(
            HostileToken("b64 false, signed as such", header + "." + Base64URL.encode(payload) + "." + signature))
        return tokens
    }

    /// Tokens of another kind, rightly signed (RFC 8725 §3.11).
    static func otherTypes(_ mould: TokenMould) throws -> [HostileToken] {
        let kinds = [
            "JWT", "at+jwt", "dpop+jwt", "logout+jwt", "oauth-authz-req+jwt", "client-authentication+jwt",
            "token-introspection+jwt", "secevent+jwt", "JOSE", "JOSE+JSON", "application/at+jwt;x=1", "", "evil",
        ]
        let others = kinds.filter { !mould.types.contains($0.lowercased()) }.map { ($0, JSONValue.string($0)) }
        let rest: [(String, JSONValue)] = [
            ("that is null", .null), ("that is a number", 7), ("that is a list", .strings(mould.types.sorted())),
        ]
        return try (others + rest).map { name, value in
            HostileToken("typ \(name)", try mould.token(header: mould.header(("typ", value))))
        }
    }

    static func headers(_ mould: TokenMould) throws -> [HostileToken] {
        let good = mould.header()
        let escaped = #","\u0061lg":"none""#
        let nested = String(repeating: "[", count: 1200) + String(repeating: "]", count: 1200)
        let texts: [(String, [UInt8])] = [
            ("that names alg twice", mould.header(and: #","alg":"ES256""#)),
            ("that names alg again as none", mould.header(and: #","alg":"none""#)),
            ("that names alg again with an escape", mould.header(and: escaped)),
            ("that names typ twice", mould.header(and: #","typ":"evil""#)),
            ("that names kid twice", mould.header(and: #","kid":"a","kid":"b""#)),
            ("that is a list", Array("[".utf8) + good + Array("]".utf8)), ("that is text", Array(#""ES256""#.utf8)),
            ("that is a number", Array("256".utf8)), ("that is null", Array("null".utf8)),
            ("that is {}", Array("{}".utf8)),
            ("that ends too soon", Array(good.dropLast())), ("with something behind it", good + Array("{}".utf8)),
            ("with a byte order mark", [0xEF, 0xBB, 0xBF] + good), ("in UTF-16", good.flatMap { [$0, 0] }),
            ("with a comma too many", mould.header(and: ",")), ("with a comment", mould.header(and: "/*evil*/")),
            ("with a zero byte behind it", good + [0]), ("with U+0000", mould.header(and: #","x":"\u0000""#)),
            ("that is not UTF-8", good.dropLast() + Array(#","x":""#.utf8) + [0xFF, 0xFE] + Array("\"}".utf8)),
            ("1,200 levels deep", mould.header(and: ",\"x\":" + nested)),
            ("of 9,000 characters", mould.header(and: ",\"x\":\"" + String(repeating: "x", count: 9000) + "\"")),
        ]
        return try texts.map { HostileToken("a header \($0)", try mould.token(header: $1)) }
    }
}
