import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8707 resource indicators")
struct RFC8707Tests {
    static let records = "https://records.example/api"
    static let maps = "https://maps.example/"
    /// No absolute URI, or not byte for byte one that is registered.
    static let refused = [
        "relative", "//host/path", "https://records.example/api#f", "https://records.example/api/", "https:",
        "HTTPS://records.example/api", "https://records.example/api ", "urn:x:\u{7F}",
    ]

    private func audience(_ body: JSONValue, _ house: House) throws -> Set<String> {
        let claims = try house.claims(try #require(body["access_token"]?.stringValue))
        if let one = claims["aud"]?.stringValue { return [one] }
        return Set(claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }

    private func withClient(
        _ backend: Backend = .sqlite, _ body: @Sendable @escaping (House) async throws -> Void
    ) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient { $0.grants = ["authorization_code", "refresh_token", "client_credentials"] }
            try await house.change { $0.policy.audiences = [Self.records, Self.maps] }
            try await body(house)
        }
    }

    /// `resource` may be repeated, so it is appended to the address.
    private func code(_ resources: [String], _ house: House) async throws -> String {
        var browser = Browser()
        let more = ParameterList(resources.map { .init("resource", $0) }).encoded
        let end = try await house.open(Attempt().uri + (more.isEmpty ? "" : "&" + more), &browser)
        return try #require(try await house.signIn(end, &browser).answer?.single("code"))
    }

    @Test(arguments: Backend.available)
    func `§2.1 the access token is for the resources asked for, and for userinfo with openid`(backend: Backend)
        async throws
    {
        try await withClient(backend) { house in
            let userInfo = House.issuer + "/oauth2/userinfo"
            let both = try await house.token(
                house.tokenForm(code: try await code([Self.records, Self.maps], house))
            ).json()
            #expect(try audience(both, house) == [Self.records, Self.maps, userInfo])
            let token = try #require(both["access_token"]?.stringValue)
            #expect(try await house.userInfo(token).status == .ok)
            let none = try await house.token(house.tokenForm(code: try await code([], house))).json()
            #expect(try audience(none, house) == [userInfo])
        }
    }

    @Test func `a request answered on another device names resources too, and the person sees them`() async throws {
        try await withClient { house in
            try await house.addBank()
            try await house.change("bank") { $0.policy.audiences = [Self.records, Self.maps] }
            let refused = try await house.ask { $0.append("resource", "https://elsewhere.example/") }
            #expect(refused.error == "invalid_target")
            let request = try await house.asked {
                $0.append("resource", Self.records)
                $0.append("resource", Self.maps)
            }
            var browser = try await house.signedIn()
            let page = try await browser.get("/approvals", house.client)
            #expect(page.text.contains(Self.records) && page.text.contains(Self.maps))
            #expect(try await house.decide("allow", &browser).status == .ok)
            let form = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": request])
            let beyond = try await house.token(
                form.adding("resource", "https://elsewhere.example/"), as: "bank:" + House.secret)
            #expect(beyond.error == "invalid_target")
            let body = try await house.token(form.adding("resource", Self.maps), as: "bank:" + House.secret).json()
            #expect(try audience(body, house) == [Self.maps, House.issuer + "/oauth2/userinfo"])
        }
    }

    @Test func `a device names its resources when it asks for its codes`() async throws {
        try await withClient { house in
            let grant = "urn:ietf:params:oauth:grant-type:device_code"
            try await house.change { $0.grants.insert(.deviceCode) }
            let ask = ParameterList(["scope": "openid", "resource": Self.records])
            let headers = house.tokenHeaders("department:" + House.secret)
            let refused = try await house.client.send(
                .post, "/oauth2/device_authorization", headers,
                body: ask.adding("resource", "https://elsewhere.example/").encoded)
            #expect(refused.error == "invalid_target")
            let started = try await house.client.send(
                .post, "/oauth2/device_authorization", headers, body: ask.encoded
            ).json()
            let code = try #require(started["user_code"]?.stringValue)
            var browser = try await house.signedIn()
            let entry = try await browser.get("/device", house.client)
            var form = ParameterList(["user_code": code, "csrf": try #require(entry.formToken)])
            let page = try await browser.post("/device", form: form, house.client)
            #expect(page.text.contains(Self.records))
            form.append("session", try #require(page.field("session")))
            form.append("decision", "allow")
            #expect(try await browser.post("/device", form: form, house.client).status == .ok)
            let body = try await house.token(
                ParameterList(["grant_type": grant, "device_code": try #require(started["device_code"]?.stringValue)])
            ).json()
            #expect(try audience(body, house) == [Self.records, House.issuer + "/oauth2/userinfo"])
        }
    }

    @Test func `§2.2 a client that asks people gets what they were asked for`() async throws {
        try await withClient { house in
            try await house.change { $0.policy.requireConsent = true }
            var browser = Browser()
            let code = try await house.code(Attempt(), &browser)
            let form = house.tokenForm(code: code)
            #expect(try await house.token(form.adding("resource", Self.records)).error == "invalid_target")
            let body = try await house.token(form).json()
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let again = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            #expect(try await house.token(again.adding("resource", Self.maps)).error == "invalid_target")
            // What a machine asks for itself needs nobody's consent.
            let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            #expect(try await house.token(machine.adding("resource", Self.maps)).status == .ok)
        }
    }

    @Test func `§2.2 the token endpoint narrows and never widens`() async throws {
        try await withClient { house in
            let userInfo = House.issuer + "/oauth2/userinfo"
            let code = try await code([Self.records, Self.maps], house)
            let wide = house.tokenForm(code: code).adding("resource", "https://else.example/")
            #expect(try await house.token(wide).error == "invalid_target")
            let broken = house.tokenForm(code: code).adding("resource", "nonsense")
            #expect(try await house.token(broken).error == "invalid_target")
            let body = try await house.token(house.tokenForm(code: code).adding("resource", Self.maps)).json()
            #expect(try audience(body, house) == [Self.maps, userInfo])
            // The refresh token keeps what was granted.
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let form = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            let fresh = try await house.token(form.adding("resource", Self.records)).json()
            #expect(try audience(fresh, house) == [Self.records, userInfo])
            let next = ParameterList([
                "grant_type": "refresh_token", "refresh_token": try #require(fresh["refresh_token"]?.stringValue),
            ])
            let beyond = next.adding("resource", House.issuer + "/api/v1")
            #expect(try await house.token(beyond).error == "invalid_target")
            #expect(try audience(try await house.token(next).json(), house) == [Self.records, Self.maps, userInfo])
        }
    }

    @Test func `§2 several resources at the token endpoint, each once`() async throws {
        try await withClient { house in
            let form = house.tokenForm(code: try await code([Self.records, Self.maps], house))
                .adding("resource", Self.maps).adding("resource", Self.records).adding("resource", Self.maps)
            let body = try await house.token(form).json()
            #expect(try audience(body, house) == [Self.records, Self.maps, House.issuer + "/oauth2/userinfo"])
        }
    }

    @Test func `§2 a machine asks for its own audiences only`() async throws {
        try await withClient { house in
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            #expect(try audience(try await house.token(form).json(), house) == [House.issuer + "/api/v1"])
            let named = try await house.token(form.adding("resource", Self.records)).json()
            #expect(try audience(named, house) == [Self.records])
            #expect(try await house.token(form.adding("resource", "https://else.example/")).error == "invalid_target")
        }
    }

    @Test func `a token for another resource does not open Yimen's own API`() async throws {
        try await withClient { house in
            var browser = Browser()
            let attempt = Attempt().with("scope", "openid booking").with("resource", Self.records)
            let body = try await house.tokens(attempt, &browser)
            #expect(try !audience(body, house).contains(House.issuer + "/api/v1"))
        }
    }

    @Test func `together they stay short enough for a token that fits into a header`() throws {
        let long = (0..<5).map { "https://records.example/\($0)/" + String(repeating: "a", count: 900) }
        #expect(try ResourceIndicators.parse(Array(long.prefix(4))).count == 4)
        #expect(throws: OAuthError.self) { try ResourceIndicators.parse(long) }
    }

    @Test func `§2.2 the token endpoint refuses the same for every grant, and nothing is used up by it`() async throws {
        try await withClient { house in
            let redemption = house.tokenForm(code: try await code([], house))
            let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            for resource in Self.refused {
                for form in [redemption, machine, machine.adding("resource", Self.maps)] {
                    let response = try await house.token(form.adding("resource", resource))
                    #expect(response.status == .badRequest && response.error == "invalid_target", "\(resource)")
                    #expect(response.headers[.cacheControl] == "no-store")
                }
            }
            let body = try await house.token(redemption).json()
            let refresh = ParameterList([
                "grant_type": "refresh_token", "refresh_token": try #require(body["refresh_token"]?.stringValue),
            ])
            for resource in Self.refused {
                let response = try await house.token(refresh.adding("resource", resource))
                #expect(response.status == .badRequest && response.error == "invalid_target", "\(resource)")
            }
            #expect(try await house.token(refresh).status == .ok)
            // An empty one is none (RFC 6749 §3.2).
            let empty = try await house.token(machine.adding("resource", "")).json()
            #expect(try audience(empty, house) == [House.issuer + "/api/v1"])
        }
    }

    @Test func `§2 ten resources are enough for anybody, wherever they are named`() async throws {
        try await withClient { house in
            let many = (0..<11).map { "https://records.example/\($0)" }
            try await house.change { $0.policy.audiences = many }
            func items(_ count: Int) -> [ParameterList.Item] { many.prefix(count).map { .init("resource", $0) } }
            let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let ten = try await house.token(ParameterList(machine.items + items(10)))
            #expect(try audience(try ten.json(), house).count == 10)
            let eleven = try await house.token(ParameterList(machine.items + items(11)))
            #expect(eleven.error == "invalid_target")
            let pushed = try await house.push(ParameterList(Attempt().request.items + items(11)))
            #expect(pushed.status == .badRequest && pushed.error == "invalid_target")
            var browser = Browser()
            let asked = try await house.open(Attempt().uri + "&" + ParameterList(items(11)).encoded, &browser)
            #expect(try asked.answer?.single("error") == "invalid_target")
            #expect(try asked.answer?.single("state") == "st/ate 1")
        }
    }

    @Test(arguments: RFC8707Tests.refused)
    func `§2 anything but a registered absolute URI is invalid_target`(resource: String) async throws {
        try await withClient { house in
            var browser = Browser()
            let answer = try await house.authorize(Attempt().with("resource", resource), &browser).answer
            #expect(try answer?.single("error") == "invalid_target")
            #expect(try answer?.single("iss") == House.issuer)
        }
    }
}
