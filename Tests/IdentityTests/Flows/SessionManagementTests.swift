import Core
import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Session Management 1.0")
struct SessionManagementTests {
    private func answer(_ house: House, _ attempt: Attempt, _ browser: inout Browser) async throws -> ParameterList {
        var end = try await house.authorize(attempt, &browser)
        if end.page != nil { end = try await house.signIn(end, &browser) }
        return try #require(end.answer)
    }

    @Test func `the state belongs to client, origin and session, and changes with the sign-out`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try #require(try await answer(house, Attempt(), &browser).single("session_state"))
            let cookie = browser.cookies["yimen-browser"]
            let origin = "https://department.example"
            #expect(House.isUnchanged(first, client: "department", origin: origin, cookie: cookie))
            #expect(!House.isUnchanged(first, client: "other", origin: origin, cookie: cookie))
            #expect(!House.isUnchanged(first, client: "department", origin: "https://evil.example", cookie: cookie))
            // A second answer of the same session is salted anew and stays true.
            let second = try #require(try await answer(house, Attempt(), &browser).single("session_state"))
            #expect(second != first)
            #expect(browser.cookies["yimen-browser"] == cookie)
            let page = try await browser.get("/account", house.client)
            _ = try await browser.post(
                "/account",
                form: ParameterList(["action": "sign-out-everywhere", "csrf": try #require(page.formToken)]),
                house.client)
            #expect(
                !House.isUnchanged(
                    first, client: "department", origin: origin, cookie: browser.cookies["yimen-browser"]))
        }
    }

    @Test func `the frame is published, may be framed, and runs only our script`() async throws {
        try await House.run { house in
            let document = try await house.client.get("/.well-known/openid-configuration").json()
            #expect(document["check_session_iframe"]?.stringValue == House.issuer + "/oauth2/session")
            let frame = try await house.client.get("/oauth2/session")
            #expect(frame.status == .ok)
            #expect(frame.headers[HTTPField.Name("x-frame-options") ?? .accept] == nil)
            let policy = try #require(frame.headers[.contentSecurityPolicy])
            #expect(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"))
            let login = try await house.client.get("/login")
            #expect(login.headers[HTTPField.Name("x-frame-options") ?? .accept] == "DENY")
        }
    }

    @Test func `without openid and for native systems there is no state`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("native", secret: nil) { $0.redirectURIs = ["cn.example.app:/callback"] }
            var browser = Browser()
            let native = Attempt(client: "native", redirectURI: "cn.example.app:/callback")
            #expect(try await answer(house, native, &browser).single("session_state") == nil)
            try await house.addClient()
            let plain = try await answer(house, Attempt().with("scope", "profile"), &browser)
            #expect(try plain.single("code") != nil && plain.single("session_state") == nil)
        }
    }

    /// §2: the frame stands on another site's page, so its cookie goes there too, and scripts read it.
    @Test(arguments: [
        (true, "__Host-yimen-browser=v; Path=/; SameSite=None; Secure"),
        (false, "yimen-browser=v; Path=/; SameSite=Lax"),
    ])
    func `the cookie of the frame is readable, and that of the session never is`(isSecure: Bool, text: String) {
        let cookies = CookiePolicy(isSecure: isSecure)
        var response = Response(status: .ok)
        cookies.setReadable("browser", to: "v", on: &response)
        #expect(response.headers[values: .setCookie] == [text])
        cookies.set("sso", to: "v", on: &response)
        #expect(response.headers[values: .setCookie].last?.contains("; HttpOnly; SameSite=Lax") == true)
    }

    @Test(arguments: [
        ("https://Department.Example/cb", "https://department.example"),
        ("https://a.example:443/", "https://a.example"),
        ("http://localhost:8081/cb", "http://localhost:8081"), ("http://[::1]:80/x", "http://[::1]"),
    ])
    func `origins are written as browsers write them`(uri: String, origin: String) {
        #expect(SessionState.origin(of: uri) == origin)
    }
}

extension House {
    /// What the frame computes.
    static func isUnchanged(_ state: String, client: String, origin: String, cookie: String?) -> Bool {
        guard let salt = state.split(separator: ".").last else { return false }
        let text = [client, origin, cookie ?? "", String(salt)].joined(separator: " ")
        return crypto.digest(text) + "." + salt == state
    }
}
