import Testing

@testable import Identity

@Suite("RFC 9700 §4.1.3 redirect URI")
struct RedirectURITests {
    static let registered = [
        "https://department.example/callback", "https://department.example/callback?tenant=1",
        "http://127.0.0.1/callback", "http://[::1]:7000/callback", "http://localhost:8090/callback",
        "gov.sd.app:/callback",
    ]

    @Test(arguments: registered)
    func `a registered URI matches itself`(uri: String) {
        #expect(RedirectURI.matches(uri, registered: Self.registered))
        #expect(RedirectURI.fault(registering: uri) == nil)
    }

    @Test(arguments: ["http://127.0.0.1:51234/callback", "http://127.0.0.1:1/callback", "http://[::1]:51234/callback"])
    func `the port of a loopback address may vary`(uri: String) {
        #expect(RedirectURI.matches(uri, registered: Self.registered))
    }

    @Test(arguments: [
        "https://department.example/callback/", "https://department.example/callback/evil",
        "https://department.example/callbackevil", "https://department.example/", "https://department.example",
        "https://department.example.evil.example/callback", "https://evil.example/https://department.example/callback",
        "https://department.example@evil.example/callback", "https://evil.example#department.example/callback",
        "https://evil.example\\@department.example/callback", "https://department.example:8443/callback",
        "https://department.example:443/callback", "https://DEPARTMENT.example/callback",
        "HTTPS://department.example/callback", "https://department.example/Callback",
        "https://department.example/%63allback", "https://department.example/x/../callback",
        "https://department.example/./callback", "https://department.example/x/%2e%2e/callback",
        "https://department.example//callback", "https://department.example/callback?",
        "https://department.example/callback?a=1", "https://department.example/callback?tenant=2",
        "https://department.example/callback?tenant=1&x=1", "https://department.example/callback#",
        "https://department.example/callback#f", "https://department.example/callback%00",
        "https://department.example/callback%0d%0aSet-Cookie:x=1", "https://department.example/callback ",
        " https://department.example/callback", "https://department\u{3002}example/callback",
        "https://d\u{0435}partment.example/callback", "https://department.example/callba\u{0063}\u{0301}k",
        "http://department.example/callback", "//department.example/callback", "/callback", "callback", "",
        "javascript:alert(1)", "data:text/html,x", "http://localhost:8091/callback", "http://localhost/callback",
        "http://127.0.0.1:51234/other", "http://127.0.0.1:51234/callback?x=1", "http://127.0.0.2:51234/callback",
        "http://127.0.0.1.evil.example:51234/callback", "http://127.0.0.1:51234@evil.example/callback",
        "http://127.0.0.1:@evil.example/callback", "https://127.0.0.1:51234/callback", "http://127.1:51234/callback",
        "http://2130706433:51234/callback", "http://[::1]evil.example/callback", "http://[::1]:/callback",
        "http://127.0.0.1:99999999/callback", "http://127.0.0.1:5a/callback", "gov.sd.app:/callback/x",
        "gov.sd.app://callback",
    ])
    func `nothing else matches`(uri: String) {
        #expect(!RedirectURI.matches(uri, registered: Self.registered))
    }

    @Test(arguments: [
        "http://department.example/callback", "https://department.example/callback#x", "javascript:alert(1)",
        "data:text/html,x", "app:/callback", "https://user@department.example/callback", "https:///callback",
        "https://department.example/../callback", "https://department.example/%2E%2e/callback", "/callback", "",
        "https://department.example/a b", "https://department.example/\u{4E00}", "https://department.example/\"",
        "http://127.0.0.1.evil.example/callback", "https://department.example/" + String(repeating: "a", count: 2000),
    ])
    func `what is unsafe may not even be registered`(uri: String) {
        #expect(RedirectURI.fault(registering: uri) != nil)
    }
}
