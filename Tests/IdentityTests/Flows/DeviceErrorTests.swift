import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8628 §3.1, §3.4, §3.5: every error that a device can cause")
struct DeviceErrorTests {
    private static let grant = Client.GrantType.deviceCode.rawValue
    private static let path = "/oauth2/device_authorization"
    private static let box = "box:" + House.secret
    private static let bank = "bank:" + House.secret

    /// `television`, a public client; `box`, which proves itself by a secret; `browser-app`, which has no such grant.
    private func addClients(_ house: House) async throws {
        for (id, secret) in [("television", nil), ("box", House.secret)] as [(String, String?)] {
            try await house.addClient(id, secret: secret) {
                $0.redirectURIs = []
                $0.grants = [Self.grant, "refresh_token"]
            }
        }
        try await house.addClient("browser-app", secret: nil)
    }

    /// - Parameter caller: `nil` for the television.
    private func start(_ house: House, as caller: String? = nil) async throws -> JSONValue {
        var form = ParameterList(["scope": "openid profile"])
        if caller == nil { form.append("client_id", "television") }
        let response = try await house.call(Self.path, form, as: caller)
        #expect(response.status == .ok, "\(response.text)")
        return try response.json()
    }

    private func text(_ json: JSONValue, _ name: String) throws -> String { try #require(json[name]?.stringValue) }

    private func poll(_ house: House, _ started: JSONValue) async throws -> TestResponse {
        try await house.call("/oauth2/token", try form(started), as: nil)
    }

    /// A good poll of the television.
    private func form(_ started: JSONValue) throws -> ParameterList {
        ParameterList([
            "grant_type": Self.grant, "device_code": try text(started, "device_code"), "client_id": "television",
        ])
    }

    /// A person signs in, types the code and presses a button.
    private func decide(_ house: House, _ decision: String, on started: JSONValue) async throws {
        var browser = try await house.signedIn()
        let entry = try await browser.get("/device", house.client)
        var form = ParameterList([
            "user_code": try text(started, "user_code"), "csrf": try #require(entry.formToken),
        ])
        let page = try await browser.post("/device", form: form, house.client)
        form.append("session", try #require(page.field("session")))
        form.append("decision", decision)
        let answer = try await browser.post("/device", form: form, house.client)
        #expect(answer.status == .ok, "\(answer.text)")
    }

    @Test func `every fault of a request for codes has its own answer, and opens nothing`() async throws {
        try await House.run { house in
            try await addClients(house)
            let good = ParameterList(["client_id": "television"])
            let scope = ParameterList(["scope": "openid"])
            let rows: [(name: String, form: ParameterList, caller: String?, error: String)] = [
                ("nobody", scope, nil, "invalid_client"),
                ("an unknown client", good.replacing("client_id", "nobody"), nil, "invalid_client"),
                ("no secret", good.replacing("client_id", "box"), nil, "invalid_client"),
                ("a wrong secret", scope, "box:a-wrong-secret-of-many-characters", "invalid_client"),
                ("a secret of who has none", good.adding("client_secret", House.secret), nil, "invalid_client"),
                ("an assertion for a secret", good.adding("client_assertion", "x"), nil, "invalid_client"),
                ("two clients", good, Self.box, "invalid_request"),
                (
                    "a secret in two places", ParameterList(["client_id": "box", "client_secret": House.secret]),
                    Self.box, "invalid_request"
                ),
                ("client_id twice", good.adding("client_id", "television"), nil, "invalid_request"),
                ("scope twice", scope.adding("scope", "openid"), Self.box, "invalid_request"),
                ("something unknown twice", good.adding("x", "1").adding("x", "2"), nil, "invalid_request"),
                ("without the grant", good.replacing("client_id", "browser-app"), nil, "unauthorized_client"),
                ("a scope of others", good.adding("scope", "openid hall.window"), nil, "invalid_scope"),
                ("a scope in quotation marks", good.adding("scope", "\"openid\""), nil, "invalid_scope"),
                ("an unheard-of scope", good.adding("scope", "unheard-of"), nil, "invalid_scope"),
                ("a scope of spaces", good.adding("scope", "  "), nil, "invalid_scope"),
                ("a resource of others", good.adding("resource", "https://else.example"), nil, "invalid_target"),
                ("a part of one", good.adding("resource", House.issuer + "/api/v1#x"), nil, "invalid_target"),
                ("a resource without a scheme", good.adding("resource", "archive"), nil, "invalid_target"),
            ]
            for row in rows {
                let response = try await house.call(Self.path, row.form, as: row.caller)
                #expect(response.isRefusal(row.error), "\(row.name): \(response.status) \(response.text)")
            }
            let asked = try await house.client.send(
                .post, Self.path + "?client_id=television", house.tokenHeaders(nil), body: scope.encoded)
            #expect(asked.isRefusal("invalid_client"), "the address is not read: \(asked.text)")
            var headers = house.tokenHeaders(nil)
            headers.append(HTTPField(name: .dpop, value: "x.y.z"))
            let unproved = try await house.client.send(.post, Self.path, headers, body: good.encoded)
            #expect(unproved.isRefusal("invalid_dpop_proof"), "\(unproved.text)")
            #expect(try await house.count("identity_approval", where: "kind = 'device'") == 0)
        }
    }

    @Test func `what is unknown or empty counts as not sent, and no code can be guessed or is kept`() async throws {
        try await House.run { house in
            try await addClients(house)
            let form = ParameterList(["client_id": "television", "scope": "", "unheard-of": "x", "audience": ""])
            var codes = Set<String>()
            for _ in 0..<5 {
                let started = try await house.call(Self.path, form, as: nil).json()
                let code = try text(started, "device_code")
                #expect(code.utf8.count >= 43 && codes.insert(code).inserted, "§5.2: 256 bits")
                let typed = try text(started, "user_code").replacing("-", with: "")
                for kept in [code, typed] {
                    let open = "request_hash = '\(kept)' OR user_code_index = '\(kept)'"
                    #expect(try await house.count("identity_approval", where: open) == 0)
                }
            }
            let posted = ParameterList(["client_id": "box", "client_secret": House.secret])
            #expect(try await house.call(Self.path, posted, as: nil).status == .ok)
            _ = try await start(house, as: Self.box)
        }
    }

    @Test func `every fault of a poll has its own answer, and costs the device nothing`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addClients(house)
            try await house.addBank { $0.grants.append(Self.grant) }
            let started = try await start(house)
            let own = try text(try await start(house, as: Self.bank), "device_code")
            let asked = try await house.asked()
            let good = try form(started)
            let anybody = good.without("client_id")
            let long = String(repeating: "A", count: 10_000)
            let userCode = try text(started, "user_code")
            let rows: [(name: String, form: ParameterList, caller: String?, error: String)] = [
                ("no code", good.without("device_code"), nil, "invalid_request"),
                ("an empty code", good.replacing("device_code", ""), nil, "invalid_request"),
                ("the code twice", good.adding("device_code", long), nil, "invalid_request"),
                ("no grant_type", good.without("grant_type"), nil, "invalid_request"),
                ("grant_type twice", good.adding("grant_type", Self.grant), nil, "invalid_request"),
                ("another grant_type", good.replacing("grant_type", "device_code"), nil, "unsupported_grant_type"),
                ("no client", anybody, nil, "invalid_client"),
                ("an unknown client", good.replacing("client_id", "nobody"), nil, "invalid_client"),
                ("a client without its secret", good.replacing("client_id", "box"), nil, "invalid_client"),
                ("without the grant", good.replacing("client_id", "browser-app"), nil, "unauthorized_client"),
                ("another client", anybody, Self.box, "invalid_grant"),
                ("an unknown code", good.replacing("device_code", own + "x"), nil, "invalid_grant"),
                ("a long code", good.replacing("device_code", long), nil, "invalid_grant"),
                ("the user code", good.replacing("device_code", userCode), nil, "invalid_grant"),
                ("an auth_req_id", anybody.replacing("device_code", asked), Self.bank, "invalid_grant"),
                (
                    "a device code for an auth_req_id",
                    ParameterList(["grant_type": House.cibaGrant, "auth_req_id": own]), Self.bank, "invalid_grant"
                ),
            ]
            for row in rows {
                let response = try await house.call("/oauth2/token", row.form, as: row.caller)
                #expect(response.isRefusal(row.error), "\(row.name): \(response.status) \(response.text)")
            }
            // None of it counts as a poll, which would slow the device down.
            #expect(try await poll(house, started).isRefusal("authorization_pending"))
            #expect(try await poll(house, started).isRefusal("slow_down"))
        }
    }

    @Test func `a device that has a secret shows it at every poll`() async throws {
        try await House.run { house in
            try await addClients(house)
            let started = try await start(house, as: Self.box)
            let form = try form(started).without("client_id")
            for (form, caller) in [
                (form.adding("client_id", "box"), nil), (form, "box:a-wrong-secret-of-many-characters"), (form, nil),
            ] as [(ParameterList, String?)] {
                #expect(try await house.call("/oauth2/token", form, as: caller).isRefusal("invalid_client"))
            }
            #expect(try await house.call("/oauth2/token", form, as: Self.box).isRefusal("authorization_pending"))
        }
    }

    @Test func `a refusal is told as often as it is asked for, and after its time a code is dead whatever it was`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await addClients(house)
            let (allowed, denied, collected) = (
                try await start(house), try await start(house), try await start(house)
            )
            try await decide(house, "allow", on: allowed)
            try await decide(house, "deny", on: denied)
            try await decide(house, "allow", on: collected)
            #expect(try await poll(house, collected).status == .ok)
            for _ in 0..<3 { #expect(try await poll(house, denied).isRefusal("access_denied")) }
            house.clock.advance(by: .minutes(10))
            #expect(try await poll(house, allowed).isRefusal("expired_token"))
            #expect(try await poll(house, denied).isRefusal("expired_token"))
            #expect(try await poll(house, collected).isRefusal("invalid_grant"))
        }
    }

    @Test(arguments: Backend.available)
    func `a yes gives nothing once the person is locked or the client has lost the grant`(backend: Backend) async throws
    {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await addClients(house)
            let (first, second) = (try await start(house), try await start(house))
            try await decide(house, "allow", on: first)
            try await decide(house, "allow", on: second)
            try await house.lock(person)
            #expect(try await poll(house, first).isRefusal("invalid_grant"))
            try await house.change("television") { $0.grants = [.refreshToken] }
            #expect(try await poll(house, second).isRefusal("unauthorized_client"))
            #expect(try await house.provider.registry.remove("television"))
            try await house.provider.clients.refresh()
            #expect(try await poll(house, second).isRefusal("invalid_client"))
        }
    }
}
