import Core
import Testing

@Suite("RFC 8259 JSON, reading")
struct JSONParserTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false\n", .bool(false)), ("0", .integer(0)),
        ("-0", .integer(0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5e3", .number(1500)), ("2E-1", .number(0.2)),
        ("\"\"", .string("")), (#""a\"\\\/\b\f\n\r\t\u00e9""#, .string("a\"\\/\u{8}\u{c}\n\r\t\u{e9}")),
        (#""\ud83d\ude00x""#, .string("😀x")), (#""济南""#, .string("济南")), ("[]", .array([])),
        ("[1, [2]]", .array([1, .array([2])])), ("{}", .object([])),
        (#"{"b":1,"a":{"c":null}}"#, .object(["b": 1, "a": .object(["c": .null])])),
    ])
    func `a well-formed text gives its value`(text: String, value: JSONValue) throws {
        #expect(try JSONParser.parse(text) == value)
        #expect(try JSONParser.parse(value.encoded()) == value)
    }

    @Test(arguments: [
        ("", JSONFault.Reason.empty, 0, ""), ("  ", .empty, 2, ""), ("{", .unexpectedEnd, 1, ""),
        ("[1,", .unexpectedEnd, 3, "/1"), ("[1,]", .unexpectedByte(0x5D), 3, "/1"), ("01", .invalidNumber, 0, ""),
        ("-", .invalidNumber, 0, ""), ("1.", .invalidNumber, 0, ""), ("1e", .invalidNumber, 0, ""),
        ("+1", .unexpectedByte(0x2B), 0, ""), ("1e999", .numberOutOfRange, 0, ""),
        ("NaN", .unexpectedByte(0x4E), 0, ""),
        ("nul", .unexpectedEnd, 3, ""), ("nulL", .unexpectedByte(0x4C), 3, ""), ("1 2", .trailingText, 2, ""),
        ("{\"a\" 1}", .unexpectedByte(0x31), 5, ""), ("{a:1}", .unexpectedByte(0x61), 1, ""),
        ("{\"a\":1,}", .unexpectedByte(0x7D), 7, ""), ("'a'", .unexpectedByte(0x27), 0, ""),
        ("\"\u{1}\"", .controlCharacter, 1, ""), (#""\x""#, .invalidEscape, 1, ""),
        (#""\u12g4""#, .invalidEscape, 1, ""),
        (#""\u12"#, .unexpectedEnd, 5, ""), (#""\ud83d""#, .unpairedSurrogate, 1, ""),
        (#""\ude00""#, .unpairedSurrogate, 1, ""), (#""\ud83dA""#, .unpairedSurrogate, 1, ""),
        (#""\u0000""#, .controlCharacter, 1, ""), ("\u{FEFF}1", .unexpectedByte(0xEF), 0, ""),
        (#"{"a":1,"a":2}"#, .duplicateMember("a"), 7, "/a"), (#"{"a":1,"\u0061":2}"#, .duplicateMember("a"), 7, "/a"),
        (#"{"x":[0,{"a/b~":tru}]}"#, .unexpectedByte(0x7D), 19, "/x/1/a~1b~0"),
    ])
    func `a malformed text is refused with the place`(
        text: String, reason: JSONFault.Reason, offset: Int, pointer: String
    ) {
        #expect(throws: JSONFault(reason, at: offset, pointer: pointer)) { try JSONParser.parse(text) }
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE6, 0x22],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONFault(.invalidUTF8, at: 0)) { try JSONParser.parse(bytes) }
    }

    @Test func `depth, count and size are bounded`() {
        let limits = JSONParser.Limits(bytes: 64, depth: 3, values: 5)
        #expect(throws: Never.self) { try JSONParser.parse("[[[1]]]", limits: limits) }
        #expect(throws: JSONFault(.tooDeep(limit: 3), at: 3, pointer: "/0/0/0")) {
            try JSONParser.parse("[[[[1]]]]", limits: limits)
        }
        #expect(throws: JSONFault(.tooManyValues(limit: 5), at: 9, pointer: "/4")) {
            try JSONParser.parse("[1,1,1,1,1]", limits: limits)
        }
        #expect(throws: JSONFault(.tooLarge(limit: 64), at: 64)) {
            try JSONParser.parse(String(repeating: " ", count: 65), limits: limits)
        }
        #expect(throws: JSONFault.self) { try JSONParser.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `a duplicate is found in a large object too`() {
        let members = (0..<500).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        #expect(throws: Never.self) { try JSONParser.parse("{\(members)}") }
        for name in ["m0", "m15", "m16", "m499"] {
            let fault = #expect(throws: JSONFault.self) { try JSONParser.parse("{\(members),\"\(name)\":0}") }
            #expect(fault?.reason == .duplicateMember(name))
        }
    }

    @Test func `every truncation of a document is refused`() throws {
        let text = Array(#"{"hall":"jinan","items":["a",{"b":[1.5e2,true,null]}],"n":-12,"s":"\ud83d\ude00济"}"#.utf8)
        #expect(throws: Never.self) { try JSONParser.parse(text) }
        for count in 0..<text.count {
            #expect(throws: JSONFault.self) { try JSONParser.parse(text.prefix(count)) }
        }
    }

    @Test func `a fault becomes a problem with the member's pointer`() {
        let problem = JSONFault(.duplicateMember("a"), at: 7, pointer: "/a").problem
        #expect(problem.kind == .invalidRequest)
        #expect(problem.errors.map(\.pointer) == ["/a"])
        #expect(JSONFault(.tooLarge(limit: 1), at: 1).problem.kind == .tooLarge)
    }
}
