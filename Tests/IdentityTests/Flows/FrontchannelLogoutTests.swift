import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Front-Channel Logout 1.0")
struct FrontchannelLogoutTests {
    @Test func `discovery says that it is offered, with sessions`() async throws {
        try await House.run { house in
            let document = try await house.client.get("/.well-known/openid-configuration").json()
            #expect(document["frontchannel_logout_supported"]?.boolValue == true)
            #expect(document["frontchannel_logout_session_supported"]?.boolValue == true)
        }
    }

    @Test(arguments: Backend.available)
    func `signing out loads every system's address with issuer and session, then goes on`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            let department = try await house.addClient()
            let other = try await house.addClient("other")
            try await house.setFrontchannel("https://department.example/out?keep=1", of: department)
            try await house.setFrontchannel("https://other.example/out", of: other)
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            let elsewhere = Attempt(client: "other", redirectURI: "https://other.example/callback")
            let second = try await house.tokens(elsewhere, &browser)
            let hint = try #require(body["id_token"]?.stringValue)
            let page = try await browser.get(
                "/oauth2/logout?"
                    + ParameterList([
                        "id_token_hint": hint, "post_logout_redirect_uri": "https://department.example/bye",
                        "state": "s<1",
                    ]).encoded, house.client)
            #expect(page.status == .ok)
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("frame-src https://") && !policy.contains("*"))
            #expect(policy.contains("https://department.example") && policy.contains("https://other.example"))
            let iss = "iss=http%3A%2F%2Flocalhost%3A8080&amp;sid="
            for (token, start) in [
                (hint, "https://department.example/out?keep=1&amp;"),
                (
                    try #require(second["id_token"]?.stringValue), "https://other.example/out?"
                ),
            ] {
                let sid = try #require(try house.claims(token)["sid"]?.stringValue)
                #expect(page.text.contains(start + iss + sid), "\(page.text)")
            }
            #expect(page.text.contains("href=\"https://department.example/bye?state=s%3C1\""))
            let silent = try await house.authorize(Attempt().with("prompt", "none"), &browser)
            #expect(try silent.answer?.single("error") == "login_required")
        }
    }

    @Test func `one system left on the account page does not read as having left Yimen`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let department = try await house.addClient()
            try await house.setFrontchannel("https://department.example/out", of: department)
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let account = try await browser.get("/account", house.client)
            let form = ParameterList([
                "action": "sign-out-system", "csrf": try #require(account.formToken),
                "target": try #require(account.field("target")),
            ])
            let page = try await browser.post("/account", form: form, house.client)
            #expect(page.status == .ok && page.text.contains("https://department.example/out?"))
            #expect(page.text.contains("您在一门仍是登录状态") && !page.text.contains("您已退出一门"))
            #expect(page.text.contains("href=\"/account\""))
            #expect(try await browser.get("/account", house.client).status == .ok)
        }
    }

    @Test func `without front-channel systems the browser goes straight back`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let hint = try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
            let answer = try await browser.get(
                "/oauth2/logout?"
                    + ParameterList([
                        "id_token_hint": hint, "post_logout_redirect_uri": "https://department.example/bye",
                    ]).encoded, house.client)
            #expect(answer.status == .seeOther)
        }
    }
}

extension House {
    func setFrontchannel(_ uri: String, of client: Client) async throws {
        var changed = client
        changed.policy.frontchannelLogoutURI = uri
        let now = clock.now()
        try await database.transaction { [changed] in try ClientStore.put(changed, at: now, in: $0) }
        try await provider.clients.refresh()
    }
}
