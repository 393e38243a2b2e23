import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §3.1.2.1 prompt=select_account")
struct SelectAccountTests {
    private let attempt = Attempt().with("prompt", "select_account")

    @Test(arguments: Backend.available)
    func `the person of the session goes on with one press, and is named masked`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let end = try await house.authorize(attempt, &browser)
            #expect(end.path?.hasPrefix("/select-account?request=") == true)
            let page = try #require(end.page)
            #expect(page.text.contains("测*甲 · 199****0001"))
            #expect(!page.text.contains("测试甲") && !page.text.contains("19900000001"))
            let answer = try await house.press("choice", "this", on: end, at: "/select-account", &browser).answer
            #expect(try answer?.single("code") != nil)
            #expect(try answer?.single("state") == "st/ate 1")
        }
    }

    @Test func `another account signs in and the answer is that person's`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let second = try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let end = try await house.authorize(attempt.with("login_hint", "19900000001"), &browser)
            let login = try await house.press("choice", "other", on: end, at: "/select-account", &browser)
            #expect(login.path?.hasPrefix("/login?request=") == true)
            #expect(login.page?.text.contains("value=\"19900000001\"") == false)
            house.clock.advance(by: .seconds(2))
            let answer = try await house.signIn(login, name: "19900000002", &browser).answer
            let code = try #require(try answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["sub"]?.stringValue == second)
        }
    }

    @Test func `without a session it is the sign-in page, which is choice enough`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let end = try await house.authorize(attempt, &browser)
            #expect(end.path?.hasPrefix("/login?request=") == true)
            house.clock.advance(by: .seconds(2))
            #expect(try await house.signIn(end, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `a page made for one person does not speak for the next`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let second = try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let end = try await house.authorize(attempt, &browser)
            house.clock.advance(by: .seconds(2))
            // Another tab signs in as somebody else; this page's request was opened before.
            let other = try await house.authorize(Attempt().with("prompt", "login").with("state", "tab-2"), &browser)
            house.clock.advance(by: .seconds(2))
            _ = try await house.signIn(other, name: "19900000002", &browser)
            let pressed = try await house.press("choice", "this", on: end, at: "/select-account", &browser)
            // The sign-in in between is a choice too; what the page said about the first person is not.
            let code = try #require(try pressed.answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["sub"]?.stringValue == second)
        }
    }

    @Test func `the form needs its token`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let page = try #require(try await house.authorize(attempt, &browser).page)
            let form = ParameterList([
                "choice": "this", "request": try #require(page.field("request")),
                "session": try #require(page.field("session")),
            ])
            #expect(try await browser.post("/select-account", form: form, house.client).status == .forbidden)
        }
    }
}
