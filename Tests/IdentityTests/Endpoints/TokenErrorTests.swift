import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 6749 §5.2 token errors")
struct TokenErrorTests {
    /// RFC 6749 §5.2: 400 with the error in plain words, kept by nobody.
    private func refuses(_ house: House, _ form: ParameterList, _ client: String, _ error: String) async throws {
        let response = try await house.token(form, as: client + ":" + House.secret)
        #expect(response.status == .badRequest, "\(error): \(response.text)")
        #expect(response.error == error)
        #expect(response.describesPlainly, "\(response.text)")
        #expect(response.headers[.cacheControl] == "no-store" && response.headers[.pragma] == "no-cache")
    }

    @Test func `every fault of a code redemption has its own answer and none burns the code`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let code = try await house.code(Attempt(), &browser)
            let good = house.tokenForm(code: code)
            let rows: [(form: ParameterList, client: String, error: String)] = [
                (good.without("grant_type"), "department", "invalid_request"),
                (good.replacing("grant_type", "password"), "department", "unsupported_grant_type"),
                (good.replacing("grant_type", "implicit"), "department", "unsupported_grant_type"),
                (good.replacing("grant_type", "client_credentials"), "department", "unauthorized_client"),
                (good.without("code"), "department", "invalid_request"),
                (good.without("redirect_uri"), "department", "invalid_request"),
                (good.replacing("code", "unknown"), "department", "invalid_grant"),
                (good, "other", "invalid_grant"),
                (good.replacing("redirect_uri", "https://department.example/callback/"), "department", "invalid_grant"),
                (good.without("code_verifier"), "department", "invalid_grant"),
                (
                    good.replacing("code_verifier", String(repeating: "x", count: 43)), "department", "invalid_grant"
                ),
                (good.replacing("code_verifier", "short"), "department", "invalid_grant"),
                (good.replacing("client_id", "other"), "department", "invalid_request"),
                (good.adding("code", code), "department", "invalid_request"),
                (good.adding("unknown", "1").adding("unknown", "2"), "department", "invalid_request"),
            ]
            for row in rows { try await refuses(house, row.form, row.client, row.error) }
            #expect(try await house.token(good).status == .ok)
        }
    }

    @Test func `a verifier without a challenge is refused`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.requirePKCE = false }
            var browser = Browser()
            var attempt = Attempt()
            attempt.verifier = nil
            let code = try await house.code(attempt, &browser)
            let form = house.tokenForm(Attempt(), code: code)
            #expect(try await house.token(form).error == "invalid_grant")
        }
    }

    /// The challenge is rightly made of it: what is wrong is the verifier itself.
    @Test(arguments: [
        String(repeating: "a", count: 42), String(repeating: "a", count: 129), String(repeating: "a", count: 43) + "+",
        String(repeating: "a", count: 43) + " ", String(repeating: "a", count: 43) + "é",
    ])
    func `RFC 7636 §4.1 a verifier of another length or alphabet proves nothing`(verifier: String) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            for (verifier, status) in [(verifier, 400), (String(repeating: "~._-", count: 32), 200)] {
                let attempt = Attempt(verifier: verifier)
                let code = try await house.code(attempt, &browser)
                let response = try await house.token(house.tokenForm(attempt, code: code))
                #expect(response.status.code == status && (status == 200 || response.error == "invalid_grant"))
            }
        }
    }

    @Test func `§3.2 a parameter without a value is omitted, and an unknown one is ignored`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            var form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            #expect(try await house.token(form.replacing("code", "")).error == "invalid_request")
            #expect(try await house.token(form.replacing("grant_type", "")).error == "invalid_request")
            #expect(try await house.token(form.replacing("code_verifier", "")).error == "invalid_grant")
            for name in [
                "client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "resource",
                "refresh_token",
            ] {
                form.append(name, "")
            }
            let response = try await house.token(form.adding("shoe_size", "43"))
            #expect(response.status == .ok, "\(response.text)")
        }
    }

    @Test func `§6 every fault of a refresh has its own answer and none spends the token`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            for client in ["department", "other"] { try await house.addClient(client) }
            try await house.addClient("app", secret: nil)
            try await house.addDevice()
            var browser = Browser()
            let token = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            let good = ParameterList(["grant_type": "refresh_token", "refresh_token": token])
            let rows: [(form: ParameterList, client: String, error: String)] = [
                (good.without("refresh_token"), "department", "invalid_request"),
                (good.replacing("refresh_token", ""), "department", "invalid_request"),
                (good.adding("refresh_token", token), "department", "invalid_request"),
                (good.replacing("refresh_token", "unknown"), "department", "invalid_grant"),
                (good.replacing("refresh_token", token + "x"), "department", "invalid_grant"),
                (good, "other", "invalid_grant"),
                (good, "kiosk", "unauthorized_client"),
                (good.replacing("grant_type", "REFRESH_TOKEN"), "department", "unsupported_grant_type"),
                (good.adding("scope", "openid profile phone"), "department", "invalid_scope"),
                (good.adding("scope", "openid unheard-of"), "department", "invalid_scope"),
                (good.adding("scope", "openid \u{1}"), "department", "invalid_scope"),
                (good.adding("scope", " "), "department", "invalid_scope"),
            ]
            for row in rows { try await refuses(house, row.form, row.client, row.error) }
            for form in [good, good.adding("client_id", "department"), good.adding("client_id", "nobody")] {
                let response = try await house.token(form, as: nil)
                #expect(response.status == .unauthorized && response.error == "invalid_client", "\(response.text)")
            }
            #expect(try await house.token(good.adding("client_id", "app"), as: nil).error == "invalid_grant")
            #expect(try await house.token(good).json()["scope"]?.stringValue == "openid profile")
        }
    }

    @Test func `§4.4 a public client gets no token for itself and cannot be registered for one`() async throws {
        try await House.run { house in
            try await house.addClient("app", secret: nil)
            let form = ParameterList(["grant_type": "client_credentials", "client_id": "app"])
            let response = try await house.token(form, as: nil)
            #expect(response.status == .badRequest && response.error == "unauthorized_client")
            await #expect(throws: ClientRegistrationFault.self) {
                try await house.addClient("bold", secret: nil) { $0.grants = ["client_credentials"] }
            }
        }
    }

    @Test func `a code is dead after sixty seconds`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let code = try await house.code(Attempt(), &browser)
            house.clock.advance(by: .seconds(61))
            #expect(try await house.token(house.tokenForm(code: code)).error == "invalid_grant")
        }
    }

    @Test func `failed client authentication is 401 with a challenge, whatever failed`() async throws {
        try await House.run { house in
            try await house.addClient()
            try await house.addClient("app", secret: nil)
            let form = ParameterList(["grant_type": "client_credentials"])
            var texts = Set<String>()
            for credentials in ["department:wrong-secret-of-many-characters", "nobody:" + House.secret] {
                let response = try await house.token(form, as: credentials)
                #expect(response.status == .unauthorized)
                #expect(response.error == "invalid_client")
                #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Basic ") == true)
                texts.insert(response.text)
            }
            #expect(texts.count == 1, "an unknown client must look like a wrong secret")
            for bad in [
                form, form.adding("client_id", "department"),
                form.adding("client_id", "app").adding("client_secret", "x"),
                form.adding("client_id", "nobody"),
                form.adding("client_id", "department").adding("client_secret", "wrong"),
            ] {
                let response = try await house.token(bad, as: nil)
                #expect(response.status == .unauthorized && response.error == "invalid_client", "\(response.text)")
            }
            let twice = form.adding("client_id", "department").adding("client_secret", House.secret)
            #expect(try await house.token(twice).error == "invalid_request")
            for header in ["Basic", "Basic !!!", "Basic Og==", "Bearer abc", "Digest x=y"] {
                let headers: HTTPFields = [.contentType: ParameterList.formType, .authorization: header]
                let response = try await house.client.send(.post, "/oauth2/token", headers, body: form.encoded)
                #expect(response.status == .unauthorized, "\(header)")
            }
        }
    }

    @Test func `a secret in the address is not looked at, GET is not offered, JSON is not a form`() async throws {
        try await House.run { house in
            try await house.addDevice()
            let query = "?grant_type=client_credentials&client_id=kiosk&client_secret=" + House.secret
            let form: HTTPFields = [.contentType: ParameterList.formType]
            #expect(try await house.client.send(.post, "/oauth2/token" + query, form, body: "").status == .unauthorized)
            let get = try await house.client.get("/oauth2/token" + query)
            #expect(get.status == .methodNotAllowed)
            #expect(get.headers[.allow]?.contains("POST") == true)
            let json = try await house.client.send(
                .post, "/oauth2/token", [.contentType: "application/json"], body: "{}")
            #expect(json.status.code == 415)
            let broken = try await house.client.send(.post, "/oauth2/token", form, body: "grant_type=%zz")
            #expect(broken.error == "invalid_request")
        }
    }

    @Test(arguments: ["body", "header"])
    func `a secret is taken in the body as in the header`(place: String) async throws {
        try await House.run { house in
            try await house.addDevice()
            var form = ParameterList(["grant_type": "client_credentials"])
            if place == "body" {
                form.append("client_id", "kiosk")
                form.append("client_secret", House.secret)
            }
            let response = try await house.token(form, as: place == "header" ? "kiosk:" + House.secret : nil)
            let body = try response.json()
            #expect(body["scope"]?.stringValue == "hall.kiosk")
            #expect(body["refresh_token"] == nil && body["id_token"] == nil)
            let token = try #require(body["access_token"]?.stringValue)
            let principal = try await house.provider.accessTokens.verify(token)
            #expect(principal.subject == "client:kiosk")
            #expect(principal.hall == "jinan")
            #expect(principal.channel == .hall)
            #expect(principal.scopes == ["hall.kiosk"])
        }
    }

    @Test func `client credentials never give more than registered, nor a person's scopes`() async throws {
        try await House.run { house in
            try await house.addDevice()
            for scope in [
                "hall.window", "openid", "hall.kiosk booking", "offline_access", "HALL.KIOSK", "unheard-of", " ",
                "hall.kiosk \u{1}", "hall.kiosk \"",
            ] {
                let form = ParameterList(["grant_type": "client_credentials", "scope": scope])
                #expect(try await house.token(form, as: "kiosk:" + House.secret).error == "invalid_scope", "\(scope)")
            }
        }
    }
}

extension ParameterList {
    func without(_ name: String) -> ParameterList { ParameterList(items.filter { $0.name != name }) }
    func adding(_ name: String, _ value: String) -> ParameterList { ParameterList(items + [Item(name, value)]) }
    func replacing(_ name: String, _ value: String) -> ParameterList { without(name).adding(name, value) }
}

extension TestResponse {
    /// The characters of `error_description` are those of RFC 6749 §5.2.
    var describesPlainly: Bool {
        guard let text = try? json()["error_description"]?.stringValue else { return false }
        return text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}
