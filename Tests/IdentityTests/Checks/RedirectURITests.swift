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
        #expect(RedirectURI.matches(uri, registered: Self.registered, isNative: true))
        #expect(RedirectURI.fault(registering: uri, isNative: true) == nil)
    }

    @Test(arguments: ["http://127.0.0.1:51234/callback", "http://127.0.0.1:1/callback", "http://[::1]:51234/callback"])
    func `the port of a loopback address may vary`(uri: String) {
        #expect(RedirectURI.matches(uri, registered: Self.registered, isNative: true))
    }

    @Test(arguments: HostileRedirectURIs.requested)
    func `nothing else matches`(uri: String) {
        #expect(!RedirectURI.matches(uri, registered: Self.registered, isNative: true))
    }

    @Test(arguments: HostileRedirectURIs.registered)
    func `what is unsafe may not even be registered`(uri: String) {
        #expect(RedirectURI.fault(registering: uri, isNative: true) != nil)
    }

    @Test func `the port of a loopback address is fixed for a web application`() {
        let registered = ["http://127.0.0.1:9000/callback"]
        #expect(RedirectURI.matches("http://127.0.0.1:9000/callback", registered: registered, isNative: false))
        #expect(!RedirectURI.matches("http://127.0.0.1:9001/callback", registered: registered, isNative: false))
    }

    @Test func `private schemes are for native applications`() {
        #expect(RedirectURI.fault(registering: "gov.sd.app:/callback", isNative: true) == nil)
        #expect(RedirectURI.fault(registering: "gov.sd.app:/callback", isNative: false) != nil)
        #expect(RedirectURI.fault(registering: "app:/callback", isNative: true)?.contains("RFC 8252") == true)
    }
}
