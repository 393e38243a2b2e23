import Core
import Testing

@Suite("RFC 8259 JSON, writing")
struct JSONValueTests {
    @Test(arguments: [
        (JSONValue.null, "null"), (.bool(true), "true"), (.integer(.min), "-9223372036854775808"),
        (.number(0.1), "0.1"), (.number(1e21), "1e+21"), (.number(.infinity), "null"), (.number(.nan), "null"),
        (.string("a\"b\\c\u{1}\u{1F}\n\t\r\u{8}\u{c}\u{7F}/济😀"), #""a\"b\\c\u0001\u001f\n\t\r\b\f"# + "\u{7F}/济😀\""),
        (.array([1, "x"]), #"[1,"x"]"#), (.object(["é": .object([]), "n": nil]), #"{"é":{}}"#),
    ])
    func `a value has one compact text`(value: JSONValue, text: String) {
        #expect(String(decoding: value.encoded(), as: UTF8.self) == text)
    }

    @Test func `members are found by name and only in objects`() {
        let value: JSONValue = .object(["a": 1, "b": "x"])
        #expect(value["a"] == 1)
        #expect(value["b"]?.stringValue == "x")
        #expect(value["c"] == nil)
        #expect(JSONValue.array([])["a"] == nil)
    }
}
