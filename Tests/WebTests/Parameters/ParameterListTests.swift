import Testing
import Web

@Suite("RFC 6749 §3.1: parameters, one decoding rule, duplicates kept")
struct ParameterListTests {
    @Test func `a plus and an escaped space are both a space`() throws {
        let list = try ParameterList(query: "scope=a+b%20c&x=%2B")
        #expect(try list.single("scope") == "a b c")
        #expect(try list.single("x") == "+")
    }

    @Test func `duplicates are kept in order and refused where one is expected`() throws {
        let list = try ParameterList(query: "scope=a&x=1&scope=b")
        #expect(list.all("scope") == ["a", "b"])
        #expect(list.firstDuplicate == "scope")
        #expect(throws: ParameterFault.duplicate(name: "scope")) { try list.single("scope") }
        #expect(throws: ParameterFault.duplicate(name: "e")) { try ParameterList(query: "e=&e=").single("e") }
    }

    @Test func `a parameter without a value counts as omitted`() throws {
        let list = try ParameterList(query: "a=&b&c=1")
        #expect(try list.single("a") == nil)
        #expect(try list.single("b") == nil)
        #expect(list.all("a") == [""])
        #expect(throws: ParameterFault.missing(name: "b")) { try list.required("b") }
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%C0%80", "a=%00", "%ff=1", "a=%ED%A0%80", "a=%F4%90%80%80"])
    func `broken escapes, broken UTF-8 and NUL are refused`(query: String) {
        #expect(throws: ParameterFault.self) { try ParameterList(query: query) }
    }

    @Test func `count and length are bounded`() {
        let many = Array(repeating: "a=1", count: 101).joined(separator: "&")
        #expect(throws: ParameterFault.tooMany(limit: 100)) { try ParameterList(query: many) }
        let long = "a=" + String(repeating: "x", count: 16_385)
        #expect(throws: ParameterFault.tooLong(name: "a", limit: 16_384)) { try ParameterList(query: long) }
    }

    @Test func `brackets, semicolons and further equals signs have no meaning`() throws {
        let list = try ParameterList(query: "scope[]=a;b=c&&d==")
        #expect(list.items == [.init("scope[]", "a;b=c"), .init("d", "=")])
    }

    @Test(arguments: ["", "a b+c", "名字=值&x", "100%", "\n\t"])
    func `what is encoded is decoded again`(value: String) throws {
        let list = ParameterList(["k": value])
        #expect(try ParameterList(query: list.encoded) == list)
    }
}
