import Core
import Cryptography

/// Tokens that are not the three parts of RFC 7515 §7.1, or write them in a second way.
extension HostileToken {
    static func parts(_ mould: TokenMould) throws -> [HostileToken] {
        let good = try mould.good()
        let parts = good.split(separator: ".").map(String.init)
        let payload = parts[1]
        let detached = try mould.token(payload: [])
        let texts: [(String, String)] = [
            ("no signature", parts[0] + "." + payload + "."), ("two parts", parts[0] + "." + payload),
            ("one part", parts[0]), ("no header", "." + payload + "." + parts[2]),
            ("no payload", parts[0] + ".." + parts[2]), ("a signature over no payload", detached),
            ("nothing but dots", ".."), ("one dot", "."), ("a dot at the end", good + "."),
            ("a dot before", "." + good),
            ("four parts", good + ".AAAA"), ("five parts", good + ".AAAA.AAAA"), ("two tokens", good + "." + good),
            ("ten thousand dots", String(repeating: ".", count: 10_000)),
            ("no token", "evil"), ("no token in three parts", "evil.evil.evil"),
            (
                "the payload of another token under the signature",
                mould.message(payload: mould.payload(("evil", true))) + "." + parts[2]
            ),
            ("the header of another token over the signature", parts[0].dropLast() + "." + payload + "." + parts[2]),
        ]
        return texts.map { HostileToken($0, $1) }
    }

    static func encodings(_ mould: TokenMould) throws -> [HostileToken] {
        let good = try mould.good()
        let parts = good.split(separator: ".").map(String.init)
        let middle = parts[1].index(parts[1].startIndex, offsetBy: parts[1].count / 2)
        func broken(by text: String) -> String {
            parts[0] + "." + parts[1][..<middle] + text + parts[1][middle...] + "." + parts[2]
        }
        // `?` at every place of a group of three makes sure of a `_`, `>` of a `-`.
        let special = Base64URL.encode(mould.payload(("x", "???>>>"))).replacing("-", with: "+")
            .replacing("_", with: "/")
        var uneven = mould.payload()
        while uneven.count % 3 != 1 { uneven.append(0x20) }
        let spare = next(after: Base64URL.encode(uneven))
        func signed(_ payload: String) throws -> String {
            let message = parts[0] + "." + payload
            return message + "." + Base64URL.encode(try mould.key.sign(Array(message.utf8)))
        }
        return [
            HostileToken("padding behind the signature", good + "=="), HostileToken("one padding sign", good + "="),
            HostileToken("padding behind the header", parts[0] + "=." + parts[1] + "." + parts[2]),
            HostileToken("padding behind the payload, signed", try signed(parts[1] + "==")),
            HostileToken("a line break inside", broken(by: "\n")), HostileToken("CR LF inside", broken(by: "\r\n")),
            HostileToken("a space inside", broken(by: " ")), HostileToken("a tab inside", broken(by: "\t")),
            HostileToken("a zero byte inside", broken(by: "\0")),
            HostileToken("a letter beyond ASCII", broken(by: "а")),
            HostileToken("a line break inside, signed", try signed(parts[1] + "\n")),
            HostileToken("a space before", " " + good, .spaceAround),
            HostileToken("a space behind", good + " ", .spaceAround),
            HostileToken("a line break behind", good + "\n", .spaceAround),
            HostileToken("a zero byte behind", good + "\0", .spaceAround),
            HostileToken("a word behind", good + " evil"),
            HostileToken("a word before", "Bearer " + good), HostileToken("quotation marks around", "\"" + good + "\""),
            HostileToken("a comma and a second token", good + "," + good),
            HostileToken("percent signs for the dots", good.replacing(".", with: "%2E")),
            HostileToken("the signature in base64", try inOtherAlphabet(mould)),
            HostileToken("the payload in base64, signed", try signed(special)),
            HostileToken("spare bits behind the signature", parts[0] + "." + parts[1] + "." + next(after: parts[2])),
            HostileToken("spare bits behind the payload, signed", try signed(spare)),
        ]
    }

    /// Another spelling of the same bytes: the last character holds bits that are not used.
    private static func next(after text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let value = text.utf8.last.flatMap { alphabet.firstIndex(of: $0) } ?? 0
        return text.dropLast() + String(decoding: [alphabet[value + 1]], as: UTF8.self)
    }

    /// A signature that base64 and base64url write differently.
    private static func inOtherAlphabet(_ mould: TokenMould) throws -> String {
        var message = mould.message()
        var signature = ""
        for turn in Int64(0)..<1000 where !signature.contains("-") && !signature.contains("_") {
            message = mould.message(payload: mould.payload(("turn", .integer(turn))))
            signature = Base64URL.encode(try mould.key.sign(Array(message.utf8)))
        }
        return message + "." + signature.replacing("-", with: "+").replacing("_", with: "/")
    }

    /// JSON forms (RFC 7515 §7.2), encrypted tokens (RFC 7516 §7.1) and tokens in tokens (RFC 7519 §5.2).
    static func serializations(_ mould: TokenMould) throws -> [HostileToken] {
        let good = try mould.good()
        let parts = good.split(separator: ".").map { JSONValue.string(String($0)) }
        let flat = JSONValue.object(["protected": parts[0], "payload": parts[1], "signature": parts[2]])
        let one = JSONValue.object(["protected": parts[0], "signature": parts[2]])
        let general = JSONValue.object(["payload": parts[1], "signatures": .array([one])])
        let bare = JSONValue.object([
            "header": .object(["alg": "none"]), "payload": parts[1], "signature": "",
        ])
        func encrypted(_ header: JSONValue) -> String {
            Base64URL.encode(header.encoded()) + ".AAAA.AAAAAAAAAAAAAAAA." + Base64URL.encode(mould.payload()) + ".AAAA"
        }
        let nested = mould.header(("cty", "JWT"))
        return [
            HostileToken("JSON, flattened", text(flat)), HostileToken("JSON, general", text(general)),
            HostileToken("JSON, unsigned", text(bare)),
            HostileToken("JSON of the claims", text(.object(mould.claims()))),
            HostileToken("encrypted, dir", encrypted(.object(["alg": "dir", "enc": "A256GCM"]))),
            HostileToken(
                "encrypted with zero bytes",
                encrypted(.object(["alg": "dir", "enc": "A128GCM", "zip": "DEF", "cty": "JWT"]))),
            HostileToken(
                "encrypted, RSA1_5", encrypted(.object(["alg": "RSA1_5", "enc": "A128CBC-HS256", "kid": "evil"]))),
            HostileToken(
                "encrypted with a password, at length",
                encrypted(
                    .object(["alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_147_483_647, "p2s": "AAAA"]))),
            HostileToken("a token in a token", try mould.token(header: nested, payload: Array(good.utf8))),
            HostileToken(
                "a token in a token, as text", try mould.token(header: nested, payload: Array("\"\(good)\"".utf8))),
            HostileToken("a token in a token, without cty", try mould.token(payload: Array(good.utf8))),
        ]
    }

    private static func text(_ json: JSONValue) -> String { String(decoding: json.encoded(), as: UTF8.self) }
}
