import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect RP-Initiated Logout 1.0")
struct LogoutTests {
    private func logout(_ parameters: KeyValuePairs<String, String>) -> String {
        "/oauth2/logout?" + ParameterList(parameters).encoded
    }

    @Test func `signing out reaches every system also when the session has gone idle`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/backchannel" }
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            house.clock.advance(by: house.provider.settings.sessionIdle + .minutes(5))
            let hint = try #require(body["id_token"]?.stringValue)
            _ = try await browser.followFlow(
                logout(["id_token_hint": hint, "post_logout_redirect_uri": "https://department.example/bye"]),
                origin: House.issuer, house.client)
            #expect(house.listener.sids.count == 1)
            let waiting = try await house.database.read {
                try $0.query("SELECT payload FROM storage_outbox WHERE topic = $1", BackchannelLogout.topic).count
            }
            #expect(waiting == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `a hint signs out everywhere and comes back with state`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/backchannel" }
            try await house.addClient("other") { $0.backchannelLogoutURI = "https://other.example/backchannel" }
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            let other = Attempt(client: "other", redirectURI: "https://other.example/callback")
            let second = try await house.tokens(other, &browser)
            let hint = try #require(body["id_token"]?.stringValue)
            let end = try await browser.followFlow(
                logout([
                    "id_token_hint": hint, "post_logout_redirect_uri": "https://department.example/bye", "state": "a b",
                ]), origin: House.issuer, house.client)
            #expect(end.address == "https://department.example/bye?state=a%20b")
            #expect(browser.cookies["yimen-sso"] == nil)
            #expect(Set(house.listener.sids).count == 2)
            // Nothing that was given lives on.
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(try #require(second["access_token"]?.stringValue)).status == .unauthorized)
            for (client, answer) in [("department", body), ("other", second)] {
                let token = try #require(answer["refresh_token"]?.stringValue)
                #expect(try await house.refresh(token, as: client).error == "invalid_grant")
            }
            #expect(
                try await house.authorize(Attempt().with("prompt", "none"), &browser).answer?.single("error")
                    == "login_required")
            let waiting = try await house.database.read {
                try $0.query("SELECT payload FROM storage_outbox WHERE topic = $1", BackchannelLogout.topic).count
            }
            #expect(waiting == 2)
        }
    }

    @Test func `without a hint the person is asked first`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let requests: [KeyValuePairs<String, String>] = [
                [:], ["state": "x"], ["client_id": "department"],
                ["client_id": "department", "post_logout_redirect_uri": "https://department.example/bye"],
            ]
            for parameters in requests {
                let page = try await browser.get(logout(parameters), house.client)
                #expect(page.status == .ok && page.text.contains("name=\"confirm\""))
                #expect(
                    try await house.authorize(Attempt().with("prompt", "none"), &browser).answer?.single("code") != nil)
            }
            let page = try await browser.get(
                logout(["client_id": "department", "post_logout_redirect_uri": "https://department.example/bye"]),
                house.client)
            let forged = ParameterList(["confirm": "yes"])
            #expect(try await house.client.post("/oauth2/logout", form: forged, browser.headers).status == .forbidden)
            let form = ParameterList([
                "confirm": "yes", "client_id": "department", "csrf": try #require(page.formToken),
                "post_logout_redirect_uri": "https://department.example/bye",
            ])
            let answer = try await browser.post("/oauth2/logout", form: form, house.client)
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location] == "https://department.example/bye")
            #expect(try await house.authorize(Attempt(), &browser).page != nil)
        }
    }

    @Test func `a bad return address, a foreign or unsigned hint never redirects and signs nobody out`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let hint = try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
            let parts = hint.split(separator: ".")
            let unsigned = Base64URL.encode(Array("{\"alg\":\"none\",\"typ\":\"JWT\"}".utf8)) + "." + parts[1] + "."
            let foreign = try TokenSigner.sign(
                payload: house.claims(hint), type: "JWT", with: try SigningKey.generate(.es256))
            let bye = "https://department.example/bye"
            let rows: [KeyValuePairs<String, String>] = [
                ["id_token_hint": hint, "post_logout_redirect_uri": "https://evil.example/"],
                ["id_token_hint": hint, "post_logout_redirect_uri": bye + "?x=1"],
                ["id_token_hint": hint, "post_logout_redirect_uri": bye + "/"],
                ["id_token_hint": unsigned, "post_logout_redirect_uri": bye],
                ["id_token_hint": foreign, "post_logout_redirect_uri": bye],
                ["id_token_hint": hint, "client_id": "other", "post_logout_redirect_uri": bye],
                ["post_logout_redirect_uri": bye],
                [
                    "id_token_hint": hint, "post_logout_redirect_uri": bye,
                    "state": String(repeating: "s", count: 2_049),
                ],
            ]
            for row in rows {
                let page = try await browser.get(logout(row), house.client)
                #expect(page.status == .badRequest && page.headers[.location] == nil, "\(row)")
                #expect(!page.text.contains("evil.example"))
                #expect(page.text.contains("这次退出没有完成"))
            }
            #expect(try await house.authorize(Attempt().with("prompt", "none"), &browser).answer?.single("code") != nil)
        }
    }

    @Test func `§2 ui_locales chooses the language of question, answer and error`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.tokens(Attempt(), &browser)
            for row: KeyValuePairs<String, String> in [
                ["ui_locales": "en"], ["ui_locales": "en", "id_token_hint": "x"],
            ] {
                #expect(try await browser.get(logout(row), house.client).text.contains("lang=\"en\""))
            }
            let question = try await browser.get(logout(["ui_locales": "en"]), house.client)
            #expect(question.field("ui_locales") == "en")
            let form = ParameterList([
                "csrf": try #require(question.formToken), "confirm": "yes", "ui_locales": "en",
            ])
            #expect(try await browser.post("/oauth2/logout", form: form, house.client).text.contains("lang=\"en\""))
        }
    }

    @Test func `another person's hint asks first`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var victim = Browser()
            var attacker = Browser()
            _ = try await house.code(Attempt(), &victim)
            let hint = try #require(
                try await house.tokens(Attempt(), name: "19900000002", &attacker)["id_token"]?.stringValue)
            let page = try await victim.get(logout(["id_token_hint": hint]), house.client)
            #expect(page.text.contains("name=\"confirm\""))
        }
    }
}

@Suite("OpenID Connect Back-Channel Logout 1.0")
struct BackchannelLogoutTests {
    @Test func `the logout token is typed, names sub and sid, and has no nonce`() async throws {
        try await House.run { house in
            let sub = try await house.addCitizen()
            let client = try await house.addClient { $0.backchannelLogoutURI = "https://department.example/out" }
            let payload = "{\"sid\":\"s-1\",\"sub\":\"\(sub)\",\"client\":\"\(client.id)\"}"
            try await house.provider.backchannelLogout.deliver(payload: payload)
            let posted = try #require(house.outbound.all.first)
            #expect(posted.uri == "https://department.example/out")
            #expect(posted.form.items.map(\.name) == ["logout_token"])
            let token = try #require(try posted.form.single("logout_token"))
            let claims = try #require(house.provider.keys.verify(token, types: ["logout+jwt"]))
            #expect(claims["iss"]?.stringValue == House.issuer)
            #expect(claims["aud"]?.stringValue == "department")
            #expect(claims["sub"]?.stringValue == sub)
            #expect(claims["sid"]?.stringValue == "s-1")
            #expect(claims["nonce"] == nil)
            #expect(claims["jti"] != nil && claims["iat"] != nil && claims["exp"] != nil)
            #expect(
                claims["events"]?["http://schemas.openid.net/event/backchannel-logout"] == .object([JSONValue.Member]())
            )
            // A logout token passes as nothing else.
            #expect(try await house.userInfo(token).status == .unauthorized)
        }
    }

    private static let payload = #"{"sid":"s","sub":"p","client":"department"}"#

    @Test func `§2.8: 200 and 204 are a success, 400 is the last word, all else is tried again`() async throws {
        try await House.run { house in
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/out" }
            for status in [200, 204] {
                house.outbound.answerWith(status)
                try await house.provider.backchannelLogout.deliver(payload: Self.payload)
            }
            let others = [201, 202, 205, 301, 302, 303, 307, 308, 401, 403, 404, 408, 415, 429, 500, 501, 503, 504]
            for status in [400] + others {
                house.outbound.answerWith(status)
                let error = await #expect(throws: OutboxRejection.self, "\(status)") {
                    try await house.provider.backchannelLogout.deliver(payload: Self.payload)
                }
                #expect(error?.isFinal == (status == 400) && error?.reason == "department answered \(status)")
            }
        }
    }

    /// A system that keeps the `jti` of what it has seen (§2.6) would refuse a repetition under the same one.
    @Test func `§2.4: every attempt has a token of its own, made when it is sent`() async throws {
        try await House.run { house in
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/out" }
            var ids = Set<String>()
            for status in [503, 503, 200] {
                house.outbound.answerWith(status)
                house.clock.advance(by: .minutes(10))
                try? await house.provider.backchannelLogout.deliver(payload: Self.payload)
                let token = try #require(try house.outbound.all.last?.form.single("logout_token"))
                let claims = try #require(house.provider.keys.verify(token, types: ["logout+jwt"]))
                #expect(claims["iat"]?.integerValue == house.clock.now().seconds)
                ids.insert(try #require(claims["jti"]?.stringValue))
            }
            #expect(ids.count == 3)
        }
    }

    @Test func `§2.5: nothing is sent for a system that is gone or has no address any more`() async throws {
        try await House.run { house in
            try await house.addClient()
            let nobody = Self.payload.replacing("department", with: "nobody")
            for payload in [Self.payload, nobody, "{}", #"{"sid":"s","sub":"p"}"#, "[]"] {
                let error = await #expect(throws: OutboxRejection.self, "\(payload)") {
                    try await house.provider.backchannelLogout.deliver(payload: payload)
                }
                #expect(error?.isFinal == true, "\(payload)")
            }
            #expect(house.outbound.all.isEmpty)
        }
    }
}
