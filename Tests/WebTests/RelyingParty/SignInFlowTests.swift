import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite("OpenID Connect Core §3.1: our own pages as a relying party")
struct SignInFlowTests {
    struct House: Sendable {
        let fixture: WebFixture
        let provider: FakeProvider

        init() {
            var fixture = WebFixture()
            provider = FakeProvider(tokens: fixture.tokens, clock: fixture.clock)
            fixture.services.tokenGrants = provider
            fixture.services.idTokens = provider
            self.fixture = fixture
        }

        func run(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
            try await fixture.run { router in
                let forms = router.forms
                router.pages.get("/me") { _, context in
                    let principal = try context.requireSignedIn()
                    return Response.text(principal.subject + " " + (principal.displayName ?? ""))
                }
                router.pages.get("/token") { _, context in
                    var response = Response.html(forms.token(for: context) ?? "")
                    forms.setCookie(for: context, on: &response)
                    return response
                }
            } body: { client in
                try await body(client)
            }
        }

        func signIn(_ browser: inout Browser, to path: String = "/me", _ client: any TestClientProtocol) async throws
            -> TestResponse
        {
            let start = try await browser.get("/auth/sign-in?return=" + PercentDecoding.escape(path), client)
            let back = try provider.authorize(try #require(start.headers[.location]))
            return try await browser.get("/auth/callback?" + back.encoded, client)
        }
    }

    @Test func `a visitor is sent to sign in and comes back to the page`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let visitor = try await browser.get("/me?tab=1", client)
            #expect(visitor.status == .seeOther)
            #expect(visitor.headers[.location] == "/auth/sign-in?return=%2Fme%3Ftab%3D1")
            let start = try await browser.get(try #require(visitor.headers[.location]), client)
            let location = try #require(start.headers[.location])
            #expect(
                location.hasPrefix("http://localhost:8080/oauth2/authorize?response_type=code&client_id=yimen-portal&"))
            #expect(location.contains("code_challenge_method=S256"))
            #expect(start.headers[.cacheControl] == "no-store")
            let done = try await browser.get("/auth/callback?" + house.provider.authorize(location).encoded, client)
            #expect(done.status == .seeOther)
            #expect(done.headers[.location] == "/me?tab=1")
            #expect(browser.cookies.keys.sorted() == ["yimen-page"])
            #expect(try await browser.get("/me", client).text == "person-1 王*")
            #expect(house.fixture.sessions.all.first?.sid == "sid-1")
        }
    }

    @Test func `ten tabs sign in side by side and each lands on its page`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            var answers = [(Int, ParameterList)]()
            for tab in 0..<10 {
                let start = try await browser.get("/auth/sign-in?return=%2Ftab%2F\(tab)", client)
                answers.append((tab, try house.provider.authorize(try #require(start.headers[.location]))))
            }
            for (tab, answer) in answers.reversed() {
                let done = try await browser.get("/auth/callback?" + answer.encoded, client)
                #expect(done.headers[.location] == "/tab/\(tab)")
            }
            #expect(house.fixture.sessions.count == 1)
        }
    }

    @Test func `a thirteenth attempt pushes out an older one instead of growing the header`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            for _ in 0..<20 { _ = try await browser.get("/auth/sign-in", client) }
            #expect(browser.cookies.count == SignInAttempt.limit)
        }
    }

    @Test func `an answer works once, in the browser that asked, with its own state and issuer`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let start = try await browser.get("/auth/sign-in?return=%2Fme", client)
            let back = try house.provider.authorize(try #require(start.headers[.location]))
            var stranger = Browser()
            let elsewhere = try await stranger.get("/auth/callback?" + back.encoded, client)
            #expect(elsewhere.status == .badRequest)
            #expect(stranger.cookies["yimen-page"] == nil)
            let mixedUp = ParameterList(
                back.items.map { $0.name == "iss" ? .init("iss", "https://evil.example") : $0 })
            let other = try await browser.get("/auth/callback?" + mixedUp.encoded, client)
            #expect(other.status == .badRequest)
            let again = try await browser.get("/auth/callback?" + back.encoded, client)
            #expect(again.status == .badRequest)
            #expect(house.fixture.sessions.count == 0)
            #expect(again.text.contains("/auth/sign-in?return="))
        }
    }

    @Test func `somebody who goes back in the browser after signing in sees no error`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let start = try await browser.get("/auth/sign-in?return=%2Fme", client)
            let back = try house.provider.authorize(try #require(start.headers[.location]))
            _ = try await browser.get("/auth/callback?" + back.encoded, client)
            let again = try await browser.get("/auth/callback?" + back.encoded, client)
            #expect(again.status == .seeOther)
            #expect(again.headers[.location] == "/")
        }
    }

    @Test(
        arguments: [
            ("iss", .string("https://evil.example")), ("aud", .string("other")), ("nonce", .string("other")),
            ("exp", .integer(1)), ("iat", .integer(9_999_999_999)), ("sub", .string("person-2")),
            ("azp", .string("other")),
            ("aud", .array(["yimen-portal", "other"])), ("nonce", .null), ("exp", .null),
        ] as [(String, JSONValue)])
    func `an ID token with a wrong claim opens no session`(claim: String, value: JSONValue) async throws {
        let house = House()
        house.provider.state.withLock { state in
            state.change = { $0.merging([claim: value]) { $1 } }
        }
        try await house.run { client in
            var browser = Browser()
            let done = try await house.signIn(&browser, client)
            #expect(done.status == .badRequest)
            #expect(browser.cookies["yimen-page"] == nil)
            #expect(house.fixture.sessions.count == 0)
        }
    }

    @Test func `a refusal of the person is told apart from a fault`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let start = try await browser.get("/auth/sign-in?return=%2Fme", client)
            var back = try house.provider.authorize(try #require(start.headers[.location]))
            back = ParameterList(back.items.map { $0.name == "code" ? .init("error", "access_denied") : $0 })
            let done = try await browser.get("/auth/callback?" + back.encoded, client)
            #expect(done.text.contains("您没有同意登录"))
        }
    }

    @Test(arguments: ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
    func `signing in never leads to another site`(target: String) async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let done = try await house.signIn(&browser, to: target, client)
            #expect(done.headers[.location] == "/")
        }
    }

    @Test func `signing out ends our session and goes on to the provider`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            let token = try await browser.get("/token", client).text
            let forged = try await browser.post("/auth/sign-out", form: ParameterList(), client)
            #expect(forged.status == .forbidden)
            let done = try await browser.post("/auth/sign-out", form: ParameterList(["csrf": token]), client)
            let location = try #require(done.headers[.location])
            #expect(location.hasPrefix("http://localhost:8080/oauth2/logout?id_token_hint=id-"))
            #expect(location.contains("post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F"))
            #expect(browser.cookies["yimen-page"] == nil)
            #expect(house.fixture.sessions.count == 0)
        }
    }
}
