import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect RP-Initiated Logout 1.0: every refusal and every question")
struct LogoutErrorTests {
    private static let bye = "https://department.example/bye"

    private static func uri(_ list: ParameterList) -> String { "/oauth2/logout?" + list.encoded }

    private func isSignedIn(_ house: House, _ browser: Browser) async throws -> Bool {
        var copy = browser
        return try await house.authorize(Attempt().with("prompt", "none"), &copy).answer?.single("code") != nil
    }

    /// One person signed in at `department`, with the tokens.
    private func signedIn(
        _ body: @Sendable @escaping (House, Browser, _ tokens: JSONValue) async throws -> Void
    ) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            try await body(house, browser, tokens)
        }
    }

    @Test func `§2, §4: what is sent twice, or is no ID token of ours for this system, ends on a page`() async throws {
        try await signedIn { house, start, tokens in
            var browser = start
            let hint = try #require(tokens["id_token"]?.stringValue)
            let good: [ParameterList.Item] = [
                .init("id_token_hint", hint), .init("client_id", "department"),
                .init("post_logout_redirect_uri", Self.bye), .init("state", "s"), .init("ui_locales", "en"),
                .init("logout_hint", "19900000001"),
            ]
            var rows = good.map { ParameterList(good + [$0]) }
            rows.append(ParameterList(good + [.init("state", "other")]))
            let claims = JSONValue.object([
                "iss": .string(House.issuer), "sub": .string("p"), "aud": .string("department"), "sid": .string("s"),
            ])
            let others: [String] = [
                try #require(tokens["access_token"]?.stringValue), try #require(tokens["refresh_token"]?.stringValue),
                try house.provider.keys.sign(claims, type: "logout+jwt", algorithm: .es256),
                try house.provider.keys.sign(claims, type: "JWT", algorithm: .es256), hint + ".", hint + " ", "null",
            ]
            rows += others.map {
                ParameterList(["id_token_hint": $0, "post_logout_redirect_uri": Self.bye, "state": "s"])
            }
            for client in ["other", "nobody", "DEPARTMENT"] {
                rows.append(
                    ParameterList([
                        "id_token_hint": hint, "client_id": client, "post_logout_redirect_uri": Self.bye,
                    ]))
                rows.append(ParameterList(["client_id": client, "post_logout_redirect_uri": Self.bye]))
            }
            for row in rows {
                let asked = try await browser.get(Self.uri(row), house.client)
                let posted = try await browser.post("/oauth2/logout", form: row, house.client)
                for page in [asked, posted] {
                    #expect(page.status == .badRequest && page.headers[.location] == nil, "\(row)")
                    #expect(page.headers[.contentType]?.hasPrefix("text/html") == true, "\(row)")
                    #expect(page.headers[.cacheControl] == "no-store" && !page.asksToSignOut, "\(row)")
                }
            }
            // As an address it would be too long already.
            let long = ParameterList(["id_token_hint": String(repeating: "a", count: 8193)])
            let posted = try await browser.post("/oauth2/logout", form: long, house.client)
            #expect(posted.status == .badRequest && posted.headers[.location] == nil)
            #expect(try await isSignedIn(house, browser))
        }
    }

    @Test func `§2: a request by POST is a form and nothing else`() async throws {
        try await signedIn { house, start, tokens in
            let browser = start
            let hint = try #require(tokens["id_token"]?.stringValue)
            let good = ParameterList(["id_token_hint": hint, "post_logout_redirect_uri": Self.bye]).encoded
            let rows = [
                ("application/json", "{\"id_token_hint\": \"\(hint)\"}", 415), ("text/plain", good, 415),
                (ParameterList.formType, "state=%ff", 400), (ParameterList.formType, "state=%zz", 400),
                (ParameterList.formType, "state=" + String(repeating: "s", count: 70_000), 413),
            ]
            for (type, body, status) in rows {
                var headers = browser.headers
                headers[.contentType] = type
                let page = try await house.client.send(.post, "/oauth2/logout", headers, body: body)
                #expect(page.status.code == status && page.headers[.location] == nil, "\(type) \(body.prefix(40))")
            }
            for method in [HTTPRequest.Method.put, .delete] {
                let page = try await house.client.send(method, Self.uri(ParameterList()), browser.headers)
                #expect(page.status.code == 405, "\(method)")
            }
            #expect(try await isSignedIn(house, browser))
        }
    }

    @Test(arguments: Backend.available)
    func `§2: a hint that is not of this browser's present session asks first`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            func hint(_ browser: inout Browser) async throws -> String {
                try #require(try await house.tokens(Attempt(), &browser)["id_token"]?.stringValue)
            }
            let former = try await hint(&browser)
            let gone = try await browser.get(Self.uri(ParameterList(["id_token_hint": former])), house.client)
            #expect(gone.saysSignedOut)
            let present = try await hint(&browser)
            // The same person elsewhere.
            var second = Browser()
            let elsewhere = try await hint(&second)
            for hint in [former, elsewhere] {
                let request = ParameterList(["id_token_hint": hint, "post_logout_redirect_uri": Self.bye])
                let page = try await browser.get(Self.uri(request), house.client)
                #expect(page.asksToSignOut && page.headers[.location] == nil)
                #expect(try await isSignedIn(house, browser))
                let posted = try await browser.post("/oauth2/logout", form: request, house.client)
                #expect(posted.asksToSignOut)
            }
            // Past its time it still says whose session is meant.
            house.clock.advance(by: house.provider.settings.idTokenLife + .seconds(1))
            let request = ParameterList(["id_token_hint": present, "post_logout_redirect_uri": Self.bye])
            let answer = try await browser.get(Self.uri(request), house.client)
            #expect(answer.status == .seeOther && answer.headers[.location] == Self.bye)
            #expect(try await !isSignedIn(house, browser))
            #expect(try await isSignedIn(house, second), "another browser of the same person is not meant")
        }
    }

    @Test func `§2: names and wishes vouch for nobody: the person is asked`() async throws {
        try await signedIn { house, start, _ in
            var browser = start
            let rows: [KeyValuePairs<String, String>] = [
                ["logout_hint": "19900000001"], ["client_id": "nobody"], ["ui_locales": "fr xx"],
                ["id_token_hint": "", "client_id": "", "state": "", "post_logout_redirect_uri": ""],
                ["logout_hint": "19900000001", "client_id": "department", "post_logout_redirect_uri": Self.bye],
            ]
            for row in rows {
                let page = try await browser.get(Self.uri(ParameterList(row)), house.client)
                #expect(page.asksToSignOut && page.headers[.location] == nil, "\(row)")
                #expect(page.headers[.cacheControl] == "no-store")
            }
            #expect(try await isSignedIn(house, browser))
        }
    }

    @Test func `§3: the address matches byte for byte, for apps too`() async throws {
        try await House.run { house in
            try await house.addClient("app", secret: nil) {
                $0.redirectURIs = ["http://127.0.0.1/callback", "gov.sd.app:/callback"]
                $0.postLogoutRedirectURIs = ["http://127.0.0.1/bye", "http://[::1]:7000/bye", "gov.sd.app:/bye"]
            }
            func answer(_ uri: String) async throws -> TestResponse {
                let request = ParameterList(["client_id": "app", "post_logout_redirect_uri": uri, "state": "s"])
                return try await house.client.get(Self.uri(request), [.accept: "text/html"])
            }
            for uri in ["http://127.0.0.1/bye", "http://[::1]:7000/bye", "gov.sd.app:/bye"] {
                let good = try await answer(uri)
                #expect(good.status == .seeOther && good.headers[.location] == uri + "?state=s", "\(uri)")
            }
            for uri in [
                "http://127.0.0.1:51234/bye", "http://[::1]:7001/bye", "http://[::1]/bye", "gov.sd.app:/bye/",
                "GOV.sd.app:/bye", "http://127.0.0.1/bye#x", "http://127.0.0.1/bye?", "http://127.0.0.1/callback",
            ] {
                let bad = try await answer(uri)
                #expect(bad.status == .badRequest && bad.headers[.location] == nil, "\(uri)")
            }
        }
    }

    @Test func `§3: a system that is gone vouches for no address`() async throws {
        try await signedIn { house, start, tokens in
            var browser = start
            _ = try await house.code(Attempt(client: "other", redirectURI: "https://other.example/callback"), &browser)
            #expect(try await house.provider.registry.remove("department"))
            try await house.provider.clients.refresh()
            let hint = try #require(tokens["id_token"]?.stringValue)
            let request = ParameterList(["id_token_hint": hint, "post_logout_redirect_uri": Self.bye])
            let page = try await browser.get(Self.uri(request), house.client)
            #expect(page.status == .badRequest && page.headers[.location] == nil)
            let other = Attempt(client: "other", redirectURI: "https://other.example/callback")
            let silent = try await house.authorize(other.with("prompt", "none"), &browser)
            #expect(try silent.answer?.single("code") != nil)
        }
    }
}
