import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §3.1.2.1 prompt, max_age and hints")
struct PromptTests {
    @Test func `prompt=none is silent with a session and gives the same auth_time`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try house.claims(
                try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue))
            house.clock.advance(by: .minutes(5))
            let silent = try await house.tokens(Attempt().with("prompt", "none"), &browser)
            let second = try house.claims(try #require(silent["id_token"]?.stringValue))
            #expect(first["sub"] == second["sub"])
            #expect(first["auth_time"] == second["auth_time"])
            #expect(first["sid"] == second["sid"])
        }
    }

    @Test(arguments: ["login", "login select_account"])
    func `prompt forces a real sign-in and auth_time grows`(prompt: String) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try house.claims(
                try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue))
            house.clock.advance(by: .minutes(5))
            let end = try await house.authorize(Attempt().with("prompt", prompt), &browser)
            #expect(end.page != nil)
            // Reloading the page is no way around it.
            if case .page(_, let path) = end {
                #expect(try await browser.get(path, house.client).status == .ok)
            }
            house.clock.advance(by: .seconds(5))
            let code = try #require(try await house.signIn(end, &browser).answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            let second = try house.claims(try #require(body["id_token"]?.stringValue))
            #expect(second["auth_time"]?.integerValue ?? 0 > first["auth_time"]?.integerValue ?? 0)
        }
    }

    @Test func `max_age asks again only when the sign-in is older`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            house.clock.advance(by: .seconds(30))
            #expect(try await house.authorize(Attempt().with("max_age", "10000"), &browser).answer != nil)
            #expect(try await house.authorize(Attempt().with("max_age", "1"), &browser).page != nil)
            #expect(try await house.authorize(Attempt().with("max_age", "0"), &browser).page != nil)
        }
    }

    @Test func `a hint at another person asks for that person`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var browser = Browser()
            let hint = try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
            #expect(try await house.authorize(Attempt().with("id_token_hint", hint), &browser).answer != nil)
            var other = Browser()
            _ = try await house.code(Attempt(), name: "19900000002", &other)
            #expect(try await house.authorize(Attempt().with("id_token_hint", hint), &other).page != nil)
            let silent = Attempt().with("id_token_hint", hint).with("prompt", "none")
            #expect(try await house.authorize(silent, &other).answer?.single("error") == "login_required")
        }
    }

    @Test(arguments: Backend.available)
    func `§3.1.2.2 whoever else signs in on the page of a hint, the client hears login_required`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var own = Browser()
            let hint = try #require(try await house.tokens(Attempt(), &own)["id_token"]?.stringValue)
            let attempt = Attempt().with("id_token_hint", hint)
            var browser = Browser()
            let page = try await house.authorize(attempt, &browser)
            house.clock.advance(by: .seconds(2))
            let refused = try #require(try await house.signIn(page, name: "19900000002", &browser).answer)
            #expect(try refused.single("error") == "login_required")
            #expect(!refused.contains("code"))
            #expect(try refused.single("state") == "st/ate 1")
            #expect(try await house.auditEvents("authorization.refused") == 1)
            // The page has been answered; on a new one the person who is meant gets through.
            let again = try await house.authorize(attempt, &browser)
            #expect(again.path?.hasPrefix("/login?request=") == true)
            house.clock.advance(by: .seconds(2))
            #expect(try await house.signIn(again, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `a hint may have expired, and one for another client is none`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let hint = try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
            house.clock.advance(by: .minutes(11))
            let silent = Attempt().with("id_token_hint", hint).with("prompt", "none")
            #expect(try await house.authorize(silent, &browser).answer?.single("code") != nil)
            var foreign = silent
            foreign.client = "other"
            foreign.redirectURI = "https://other.example/callback"
            #expect(try await house.authorize(foreign, &browser).answer?.single("error") == "invalid_request")
        }
    }

    @Test(
        arguments: [
            (.signIn, "login_required"), (.otherPerson, "login_required"),
            (.chooseAccount, "account_selection_required"), (.stepUp(.l3), "unmet_authentication_requirements"),
            (.consent, "consent_required"),
        ] as [(Interaction, String)])
    func `§3.1.2.6 what a page would have asked has an error of its own`(interaction: Interaction, error: String) {
        #expect(interaction.errorForPromptNone.code.rawValue == error)
        #expect(interaction.errorForPromptNone.mayRedirect)
    }

    @Test func `login_hint fills in the account and ui_locales chooses the language`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("login_hint", "199\"<0>").with("ui_locales", "fr-FR en-GB zh")
            let page = try #require(try await house.authorize(attempt, &browser).page)
            #expect(page.text.contains("lang=\"en\""))
            #expect(page.text.contains("199&quot;&lt;0&gt;"))
            #expect(!page.text.contains("199\"<0>"))
        }
    }

    @Test func `somebody else signing in ends the session of the person before`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var browser = Browser()
            let first = try await house.tokens(Attempt(), &browser)
            house.clock.advance(by: .seconds(1))
            _ = try await house.code(Attempt().with("prompt", "login"), name: "19900000002", &browser)
            #expect(house.listener.sids.count == 1)
            try await house.provider.revocations.refresh()
            let token = try #require(first["access_token"]?.stringValue)
            #expect(try await house.userInfo(token).status == .unauthorized)
        }
    }
}
