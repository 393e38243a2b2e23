import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Web

@Suite("RFC 6265 §5.4: cookies of a request")
struct CookieReadingTests {
    private let cookies = CookiePolicy(isSecure: false)

    private func request(_ headers: String...) -> Request {
        var head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
        for header in headers { head.headerFields.append(HTTPField(name: .cookie, value: header)) }
        return Request(head: head, body: RequestBody(buffer: ByteBuffer()))
    }

    @Test(arguments: [
        ("yimen-a=1", "1"), ("x=2; yimen-a=1; y=3", "1"), ("  yimen-a =  1  ;y=2", "1"), ("x=2;yimen-a=1", "1"),
        ("yimen-a=1; yimen-a=2", "1"), ("yimen-a=b=c", "b=c"), ("yimen-a; yimen-a=1", "1"), ("yimen-a=值", "值"),
    ])
    func `the first of a name is read, without the spaces around it`(header: String, value: String) {
        #expect(cookies.read("a", from: request(header)) == value)
        #expect(cookies.read("a", from: request("z=0", header)) == value)
    }

    @Test(arguments: [
        "", ";", "=", "yimen-a", "yimen-a=", "yimen-a= ", "Yimen-a=1", "yimen-ab=1", "yimen-=1", "x=yimen-a=1",
        "__Host-yimen-a=1",
    ])
    func `others, empty ones and those without a value are none`(header: String) {
        #expect(cookies.read("a", from: request(header)) == nil)
    }

    @Test func `a value of 4 KiB is read, a longer one is not`() {
        let longest = String(repeating: "v", count: 4_096)
        #expect(cookies.read("a", from: request("yimen-a=" + longest)) == longest)
        #expect(cookies.read("a", from: request("yimen-a=" + longest + "v")) == nil)
    }

    @Test func `nouns of a prefix are told in their order, from all headers`() {
        let sent = request("yimen-csrf-1=a; x=1; yimen-csrf-2=b", "yimen-csrf=c; yimen-csrf-3=d")
        #expect(cookies.nouns(startingWith: "csrf-", in: sent) == ["csrf-1", "csrf-2", "csrf-3"])
        #expect(CookiePolicy(isSecure: true).nouns(startingWith: "csrf-", in: sent).isEmpty)
    }
}
