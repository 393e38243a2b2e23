import Core
import Cryptography

/// Tokens whose payload has two meanings, none, or too much of one; all rightly signed.
extension HostileToken {
    static func payloads(_ mould: TokenMould) throws -> [HostileToken] {
        let good = mould.payload()
        let first = mould.claims().first ?? JSONValue.Member("iss", "evil")
        let value = String(decoding: first.value.encoded(), as: UTF8.self)
        let escaped = "\\u" + hex(first.name.utf8.first ?? 0) + first.name.dropFirst()
        let lists = String(repeating: "[", count: 1200) + String(repeating: "]", count: 1200)
        let objects = String(repeating: "{\"a\":", count: 1000) + "1" + String(repeating: "}", count: 1000)
        let many = "[" + String(repeating: "0,", count: 4000) + "0]"
        let payloads: [(String, [UInt8])] = [
            ("that says one thing twice", mould.payload(and: ",\"\(first.name)\":\(value)")),
            ("that says two things", mould.payload(and: ",\"\(first.name)\":\"evil\"")),
            ("that says one thing twice, once escaped", mould.payload(and: ",\"\(escaped)\":\(value)")),
            ("that says one thing twice, deep inside", mould.payload(and: #","x":{"y":1,"y":2}"#)),
            ("that is a list", Array("[".utf8) + good + Array("]".utf8)), ("that is text", Array("\"evil\"".utf8)),
            ("that is a number", Array("1".utf8)), ("that is null", Array("null".utf8)),
            ("that is true", Array("true".utf8)),
            ("that is empty", []), ("of white space", Array("  ".utf8)), ("that ends too soon", Array(good.dropLast())),
            ("that comes twice", good + good), ("with a comma too many", mould.payload(and: ",")),
            ("with a comment", mould.payload(and: "/*evil*/")),
            ("with a name without marks", mould.payload(and: ",x:1")),
            ("of nested lists", mould.payload(and: ",\"x\":" + lists)),
            ("of nested objects", mould.payload(and: ",\"x\":" + objects)),
            ("of brackets that never close", Array(String(repeating: "[", count: 6000).utf8)),
            ("of 4,001 numbers", mould.payload(and: ",\"x\":" + many)),
            ("of 20,000 characters", mould.payload(and: ",\"x\":\"" + String(repeating: "x", count: 20_000) + "\"")),
        ]
        return try payloads.map { HostileToken("a payload \($0)", try mould.token(payload: $1)) }
            + [HostileToken("a payload of half a megabyte", huge(mould))]
    }

    /// Its signature is nobody's: it must not be looked at.
    private static func huge(_ mould: TokenMould) -> String {
        mould.message() + String(repeating: "AAAA", count: 1 << 17) + "." + String(repeating: "A", count: 86)
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    /// Text that is not UTF-8, or holds what C libraries and databases read otherwise.
    static func texts(_ mould: TokenMould) throws -> [HostileToken] {
        func text(_ bytes: [UInt8]) -> [UInt8] {
            mould.payload(and: Array(",\"x\":\"evil".utf8) + bytes + [0x22])
        }
        let good = mould.payload()
        let payloads: [(String, [UInt8])] = [
            ("with U+0000", text(Array("\\u0000".utf8))), ("with a zero byte", text([0])),
            ("with a zero byte behind it", good + [0]),
            ("with a zero byte in a name", mould.payload(and: #","x\u0000":1"#)),
            ("with the bytes FF FE", text([0xFF, 0xFE])), ("with a zero byte in two bytes", text([0xC0, 0x80])),
            ("with a character cut off", text([0xE6, 0xB5])), ("with half a pair in bytes", text([0xED, 0xA0, 0x80])),
            ("with a byte that only continues", text([0x80])), ("beyond U+10FFFF", text([0xF4, 0x90, 0x80, 0x80])),
            ("with half a pair", text(Array(#"\ud800"#.utf8))), ("with the wrong half", text(Array(#"\udc00x"#.utf8))),
            ("with a line break in text", text([0x0A])), ("with an unknown escape", text(Array(#"\x41"#.utf8))),
            ("with a byte order mark", [0xEF, 0xBB, 0xBF] + good), ("in UTF-16", good.flatMap { [$0, 0] }),
        ]
        return try payloads.map { HostileToken("a payload \($0)", try mould.token(payload: $1)) }
    }

    /// Times that no clock shows, and numbers that are none.
    static func times(_ mould: TokenMould) throws -> [HostileToken] {
        var members = [(String, String)]()
        for text in ["1e400", "-1e400", "NaN", "Infinity", "0x7FFFFFFF", "01", "+1", "1.", ".5", "1_000", "--1"] {
            members.append(("exp", text))
        }
        members.append(("iat", "1e400"))
        if mould.judged.contains("exp") {
            let texts = [
                "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e308",
                "-1", "0", "-0.0", "\"4102444800\"", "true", "null", "[4102444800]", "{}", "99999999999999999999999999",
            ]
            members += texts.map { ("exp", $0) }
        }
        if mould.judged.contains("iat") {
            let texts = ["9223372036854775807", "9223372036854775808", "1e308", "\"0\"", "true", "[0]", "{}"]
            members += texts.map { ("iat", $0) }
        }
        return try members.map { name, text in
            let bytes = mould.payload((name, nil)).dropLast() + Array(",\"\(name)\":\(text)}".utf8)
            return HostileToken("\(name) \(text)", try mould.token(payload: Array(bytes)))
        }
    }
}
