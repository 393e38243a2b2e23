import HTTPTypes
import Hummingbird
import Testing

@testable import Web

@Suite("Content Security Policy Level 3 §6.4.1: where forms may lead")
struct ContentSecurityPolicyTests {
    private func formAction(_ targets: [String]) throws -> String {
        let policy = try #require(
            Response(status: .ok).allowing(formTargets: targets).headers[.contentSecurityPolicy])
        return try #require(policy.split(separator: "; ").first { $0.hasPrefix("form-action") }.map(String.init))
    }

    @Test(
        arguments: [
            ("https://department.example/callback?x=1", "https://department.example"),
            ("https://department.example:8443/callback", "https://department.example:8443"),
            ("http://127.0.0.1:49152/callback", "http://127.0.0.1:49152"),
            // Native apps (RFC 8252 §7.1, §7.3).
            ("cn.gov.sd.app:/callback", "cn.gov.sd.app:"), ("cn.gov.sd.app://callback", "cn.gov.sd.app:"),
            ("CN.Gov.App:/callback", "cn.gov.app:"), ("http://[::1]:49152/callback", "http:"),
        ])
    func `the redirect after a sign-in is allowed, and nothing beside it`(uri: String, source: String) throws {
        #expect(try formAction([uri]) == "form-action 'self' " + source)
    }

    @Test(arguments: [
        "", "x", "/path", "javascript:alert(1)", "data:text/html,x", "https://a.example;script-src *", "https://",
        "a.b; script-src *:/x", "a.b c:/x", ".b:/x", "1.b:/x", "https://evil.example\r\nX: 1", "cn.gov'unsafe:/x",
    ])
    func `nothing else gets into the header`(uri: String) throws {
        #expect(try formAction([uri]) == "form-action 'self'")
    }
}
