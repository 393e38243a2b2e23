import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8693 token exchange")
struct RFC8693Tests {
    private static let grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let type = "urn:ietf:params:oauth:token-type:access_token"
    private static let target = "https://archive.example"

    private func form(_ subject: String) -> ParameterList {
        ParameterList(["grant_type": Self.grant, "subject_token": subject, "subject_token_type": Self.type])
    }

    /// A citizen at `department`, and `backend`, which `department` calls and which calls the archive.
    private func withTokens(
        _ body: @Sendable @escaping (House, _ access: String, _ person: String) async throws -> Void
    )
        async throws
    {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            for id in ["backend", "archive", "stranger"] {
                try await house.addClient(id)
                try await house.change(id) {
                    $0.grants = [.clientCredentials, .tokenExchange]
                    $0.scopes = ["openid", "booking"]
                }
            }
            try await house.change("backend") {
                $0.policy.exchangeFrom = ["department"]
                $0.policy.audiences = [Self.target]
            }
            try await house.change("archive") { $0.policy.exchangeFrom = ["backend"] }
            var browser = Browser()
            let answer = try await house.tokens(Attempt().with("scope", "openid profile booking"), &browser)
            try await body(house, try #require(answer["access_token"]?.stringValue), person)
        }
    }

    private func exchange(_ house: House, _ form: ParameterList, as client: String = "backend") async throws
        -> TestResponse
    {
        try await house.token(form, as: client + ":" + House.secret)
    }

    @Test func `a delegated token names the actor, nested, in token, introspection and audit`() async throws {
        try await withTokens { house, access, person in
            let answer = try await exchange(house, form(access).adding("audience", House.issuer + "/api/v1")).json()
            #expect(answer["issued_token_type"]?.stringValue == Self.type)
            #expect(answer["token_type"] == "Bearer" && answer["refresh_token"] == nil && answer["id_token"] == nil)
            let token = try #require(answer["access_token"]?.stringValue)
            let claims = try house.claims(token)
            #expect(claims["sub"]?.stringValue == person && claims["client_id"] == "backend")
            #expect(claims["act"]?["sub"] == "client:backend" && claims["act"]?["act"] == nil)
            #expect(claims["scope"]?.stringValue == "openid booking", "what both may")
            #expect(claims["aud"]?.stringValue == House.issuer + "/api/v1")
            #expect(try await house.get("/api/v1/probe", "Bearer", token).text == person)
            // One system further: the chain grows at its head (§4.1).
            let next = try await exchange(house, form(token), as: "archive").json()
            let onward = try #require(next["access_token"]?.stringValue)
            let shown = try await house.introspect(onward, as: "archive")
            #expect(shown["act"]?["sub"] == "client:archive")
            #expect(shown["act"]?["act"]?["sub"] == "client:backend")
            let rows = try await house.database.read {
                try $0.query("SELECT actor, subject, detail FROM identity_audit_event WHERE kind = 'token.exchanged'")
            }
            #expect(rows.count == 2)
            #expect(try rows.allSatisfy { try $0.text("subject") == person })
            #expect(try rows.contains { try $0.text("detail").contains("actors=client:archive<client:backend") })
        }
    }

    @Test func `an actor token names who acts, and must be the client's own`() async throws {
        try await withTokens { house, access, _ in
            let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let own = try #require(
                try await house.token(machine, as: "backend:" + House.secret).json()["access_token"]?.stringValue)
            let foreign = try #require(
                try await house.token(machine, as: "stranger:" + House.secret).json()["access_token"]?.stringValue)
            let with = form(access).adding("actor_token_type", Self.type)
            let good = try await exchange(house, with.adding("actor_token", own)).json()
            let claims = try house.claims(try #require(good["access_token"]?.stringValue))
            #expect(claims["act"]?["sub"] == "client:backend")
            for bad in [foreign, access, "nonsense", own + "x"] {
                #expect(try await exchange(house, with.adding("actor_token", bad)).error == "invalid_request")
            }
        }
    }

    @Test func `impersonation only where allowed`() async throws {
        try await withTokens { house, access, _ in
            try await house.change("backend") { $0.policy.mayImpersonate = true }
            let answer = try await exchange(house, form(access)).json()
            let token = try #require(answer["access_token"]?.stringValue)
            #expect(try house.claims(token)["act"] == nil)
            let onward = try await exchange(house, form(token), as: "archive").json()["access_token"]?.stringValue
            #expect(try house.claims(try #require(onward))["act"]?["sub"] == "client:archive")
        }
    }

    @Test func `a pair says for which audiences and scopes, and whether the actor is named`() async throws {
        try await withTokens { house, access, _ in
            let api = House.issuer + "/api/v1"
            let pair = "department audience=\(Self.target) scope=booking impersonate=yes"
            try await house.change("backend") { $0.policy.exchangeFrom = ["archive", pair] }
            let answer = try await exchange(house, form(access).adding("audience", Self.target)).json()
            let claims = try house.claims(try #require(answer["access_token"]?.stringValue))
            #expect(claims["scope"] == "booking" && claims["aud"]?.stringValue == Self.target && claims["act"] == nil)
            let good = form(access).adding("audience", Self.target)
            #expect(try await exchange(house, form(access).adding("audience", api)).error == "invalid_target")
            #expect(try await exchange(house, form(access)).error == "invalid_target", "nothing of its own is left")
            #expect(try await exchange(house, good.adding("scope", "openid")).error == "invalid_scope")
            // What holds for one pair holds for no other.
            let machine = ParameterList(["grant_type": "client_credentials"])
            let token = try await house.token(machine, as: "archive:" + House.secret).json()
            let other = try #require(token["access_token"]?.stringValue)
            let open = try await exchange(house, form(other).adding("audience", api)).json()
            let named = try house.claims(try #require(open["access_token"]?.stringValue, "\(open)"))
            #expect(named["act"]?["sub"] == "client:backend" && named["aud"]?.stringValue == api)
            // And a pair may hold back what the client may elsewhere; it never gives more than the registration.
            try await house.change("backend") {
                $0.policy.mayImpersonate = true
                $0.policy.exchangeFrom = [
                    "department impersonate=no scope=profile scope=booking audience=https://x.example"
                ]
            }
            #expect(
                try await exchange(house, form(access).adding("audience", "https://x.example")).error
                    == "invalid_target")
            try await house.change("backend") { $0.policy.exchangeFrom = ["department impersonate=no"] }
            let last = try await exchange(house, good).json()
            let kept = try house.claims(try #require(last["access_token"]?.stringValue))
            #expect(kept["act"]?["sub"] == "client:backend" && kept["scope"]?.stringValue == "openid booking")
        }
    }

    @Test func `every fault has its error`() async throws {
        try await withTokens { house, access, _ in
            let good = form(access)
            let identity = "urn:ietf:params:oauth:token-type:id_token"
            let rows: [(ParameterList, String, String)] = [
                (good.without("subject_token"), "backend", "invalid_request"),
                (good.without("subject_token_type"), "backend", "invalid_request"),
                (good.replacing("subject_token_type", identity), "backend", "invalid_request"),
                (good.replacing("subject_token_type", "made:up"), "backend", "invalid_request"),
                (good.replacing("subject_token", "nonsense"), "backend", "invalid_request"),
                (good.replacing("subject_token", access + "x"), "backend", "invalid_request"),
                (good.adding("actor_token", access), "backend", "invalid_request"),
                (good.adding("actor_token_type", Self.type), "backend", "invalid_request"),
                (good.adding("requested_token_type", identity), "backend", "invalid_request"),
                (good.adding("scope", "profile"), "backend", "invalid_scope"),
                (good.adding("scope", "booking phone"), "backend", "invalid_scope"),
                (good.adding("scope", "hall.window"), "backend", "invalid_scope"),
                (good.adding("audience", "https://else.example"), "backend", "invalid_target"),
                (
                    good.adding("audience", Self.target).adding("resource", "https://else.example"), "backend",
                    "invalid_target"
                ),
                (good, "stranger", "invalid_request"), (good, "archive", "invalid_request"),
                (good, "department", "unauthorized_client"),
                (good.adding("subject_token", access), "backend", "invalid_request"),
            ]
            for (form, client, error) in rows {
                let response = try await exchange(house, form, as: client)
                #expect(response.status == .badRequest && response.error == error, "\(error): \(response.text)")
            }
            let several = good.adding("audience", Self.target).adding("audience", House.issuer + "/api/v1")
            #expect(try await exchange(house, several).status == .ok)
        }
    }

    @Test func `never wider and never longer, and dead with what it came from`() async throws {
        try await withTokens { house, access, _ in
            house.clock.advance(by: .seconds(400))
            let answer = try await exchange(house, form(access)).json()
            #expect(answer["expires_in"]?.integerValue ?? 0 <= 200)
            let token = try #require(answer["access_token"]?.stringValue)
            #expect(try house.claims(token)["exp"] == house.claims(access)["exp"])
            let narrow = try await exchange(house, form(access).adding("scope", "booking")).json()
            let less = try #require(narrow["access_token"]?.stringValue)
            #expect(try await exchange(house, form(less).adding("scope", "openid")).error == "invalid_scope")
            let claims = try house.claims(access)
            let grant = try #require(claims["grant"]?.stringValue)
            let now = house.clock.now()
            try await house.database.transaction { try RevocationStore.revoke(grant, at: now, in: $0) }
            try await house.provider.revocations.refresh()
            #expect(try await house.introspect(token, as: "backend") == .object(["active": false]))
            #expect(try await exchange(house, form(access)).error == "invalid_request")
        }
    }

    @Test func `a chain of actors has an end`() async throws {
        try await withTokens { house, access, _ in
            try await house.change("backend") { $0.policy.exchangeFrom = ["department", "backend"] }
            var token = access
            for _ in 0..<5 {
                token = try #require(try await exchange(house, form(token)).json()["access_token"]?.stringValue)
            }
            #expect(try await exchange(house, form(token)).error == "invalid_request")
        }
    }
}
