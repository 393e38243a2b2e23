import Testing

@testable import Identity

/// `dpop-negative-tests` of the FAPI 2.0 plan want some spellings to be taken for one address; a server on localhost
/// has no default port that a proof could name.
@Suite("RFC 9449 §4.3 item 9: one address in several spellings")
struct TargetURITests {
    private static let token = "https://yimen.example/oauth2/token"

    @Test(arguments: [
        "https://yimen.example:443/oauth2/token", "HTTPS://Yimen.Example/oauth2/token",
        "https://yimen.example/oauth2/token?a=b", "https://yimen.example/oauth2/token#c",
        "https://yimen.example/oauth2/%74oken", "https://yimen.example:443/oauth2/token?a=b#c",
    ])
    func `what differs without meaning is the same`(text: String) throws {
        let target = try #require(TargetURI(text))
        #expect(target == TargetURI(Self.token))
    }

    @Test func `plain http has a default port of its own`() throws {
        let plain = try #require(TargetURI("http://yimen.example/x"))
        #expect(plain == TargetURI("http://yimen.example:80/x"))
        #expect(TargetURI("http://yimen.example:443/x") != TargetURI("https://yimen.example/x"))
        let root = try #require(TargetURI("https://yimen.example/"))
        #expect(root == TargetURI("https://yimen.example"))
    }

    @Test(arguments: [
        "https://yimen.example:80/oauth2/token", "https://yimen.example:8443/oauth2/token",
        "http://yimen.example/oauth2/token", "https://yimen.example/oauth2/TOKEN",
        "https://yimen.example/oauth2/token/", "https://yimen.example./oauth2/token",
        "https://www.yimen.example/oauth2/token",
        "https://yimen.example/oauth2%2Ftoken", "https://yimen.example@evil.example/oauth2/token",
        "https://a:b@yimen.example/oauth2/token", "//yimen.example/oauth2/token", "/oauth2/token", "",
    ])
    func `another address is another`(text: String) {
        #expect(TargetURI(text) != TargetURI(Self.token))
    }
}
