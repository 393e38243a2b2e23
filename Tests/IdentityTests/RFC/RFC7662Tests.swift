import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7662 token introspection")
struct RFC7662Tests {
    private static let inactive = JSONValue.object(["active": false])

    private func withTokens(
        _ body: @Sendable @escaping (House, _ access: String, _ refresh: String) async throws -> Void
    )
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let attempt = Attempt().with("scope", "openid booking")
            let answer = try await house.tokens(attempt, &browser)
            try await body(
                house, try #require(answer["access_token"]?.stringValue),
                try #require(answer["refresh_token"]?.stringValue))
        }
    }

    @Test func `a client sees its own tokens`() async throws {
        try await withTokens { house, access, refresh in
            let shown = try await house.introspect(access)
            let claims = try house.claims(access)
            #expect(shown["active"] == true && shown["token_type"] == "Bearer")
            for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "acr", "auth_time"] {
                #expect(shown[name] != nil && shown[name] == claims[name], "\(name)")
            }
            for name in AccessTokenClaims.internalMembers { #expect(shown[name] == nil) }
            let kept = try await house.introspect(refresh)
            #expect(kept["active"] == true && kept["client_id"] == "department" && kept["sub"] == claims["sub"])
            #expect(kept["exp"] != nil && kept["scope"] != nil)
        }
    }

    @Test func `a resource server sees what is for it, any other client nothing`() async throws {
        try await withTokens { house, access, refresh in
            #expect(try await house.introspect(access, as: "other") == Self.inactive)
            #expect(try await house.introspect(refresh, as: "other") == Self.inactive)
            try await house.change("other") { $0.policy.introspectsAudiences = ["https://else.example"] }
            #expect(try await house.introspect(access, as: "other") == Self.inactive)
            try await house.change("other") { $0.policy.introspectsAudiences = [House.issuer + "/api/v1"] }
            #expect(try await house.introspect(access, as: "other")["active"] == true)
            #expect(try await house.introspect(refresh, as: "other") == Self.inactive)
        }
    }

    @Test func `whatever is not good any more is inactive and nothing else`() async throws {
        try await withTokens { house, access, refresh in
            let next = try #require(try await house.refresh(refresh).json()["refresh_token"]?.stringValue)
            for token in ["unknown", access + "x", "a.b.c", refresh, String(repeating: "x", count: 9000)] {
                #expect(try await house.introspect(token) == Self.inactive)
            }
            #expect(try await house.introspect(next)["active"] == true)
            house.clock.advance(by: .seconds(601))
            #expect(try await house.introspect(access) == Self.inactive)
            house.clock.advance(by: .hours(3))
            #expect(try await house.introspect(next) == Self.inactive)
        }
    }

    @Test func `the caller authenticates, by POST, with something to authenticate with`() async throws {
        try await withTokens { house, access, _ in
            try await house.addClient("app", secret: nil)
            let form = ParameterList(["token": access])
            let rows: [(ParameterList, String?, HTTPResponse.Status, String)] = [
                (form, nil, .unauthorized, "invalid_client"),
                (form, "department:wrong-secret-of-many-characters", .unauthorized, "invalid_client"),
                (form.adding("client_id", "app"), nil, .unauthorized, "invalid_client"),
                (ParameterList(), "department:" + House.secret, .badRequest, "invalid_request"),
                (form.adding("token", access), "department:" + House.secret, .badRequest, "invalid_request"),
            ]
            for (form, caller, status, error) in rows {
                let response = try await house.call("/oauth2/introspect", form, as: caller)
                #expect(response.status == status && response.error == error, "\(response.text)")
            }
            let get = try await house.client.get("/oauth2/introspect?token=" + access)
            #expect(get.status == .methodNotAllowed)
        }
    }

    @Test func `a bound token shows its key`() async throws {
        try await House.run { house in
            try await house.addClient("machine") { $0.grants = ["client_credentials"] }
            let maker = try ProofMaker.es256.get()
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let answer = try await house.token(
                form, as: "machine:" + House.secret, proofs: [try maker.proof(house)]
            ).json()
            let shown = try await house.introspect(
                try #require(answer["access_token"]?.stringValue), as: "machine")
            #expect(shown["token_type"] == "DPoP")
            #expect(shown["cnf"]?["jkt"]?.stringValue == maker.thumbprint)
        }
    }
}

@Suite("RFC 7009 token revocation")
struct RFC7009Tests {
    private func revoke(_ house: House, _ token: String, hint: String? = nil, as client: String = "department")
        async throws
    {
        var form = ParameterList(["token": token])
        if let hint { form.append("token_type_hint", hint) }
        let response = try await house.call("/oauth2/revoke", form, as: client + ":" + House.secret)
        #expect(response.status == .ok && response.text.isEmpty, "\(response.text)")
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test(arguments: Backend.available)
    func `a refresh token takes its family and its access tokens with it`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            try await revoke(house, refresh, hint: "access_token")
            #expect(try await house.userInfo(access).status == .unauthorized)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            #expect(try await house.introspect(access) == .object(["active": false]))
            try await revoke(house, refresh)
            let events = try await house.database.read {
                try $0.query("SELECT 1 AS n FROM identity_audit_event WHERE kind = 'grant.revoked'").count
            }
            #expect(events == 1)
        }
    }

    @Test func `an access token goes alone`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            try await revoke(house, access, hint: "refresh_token")
            #expect(try await house.userInfo(access).status == .unauthorized)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let next = try await house.refresh(refresh).json()
            let token = try #require(next["access_token"]?.stringValue)
            #expect(try await house.userInfo(token).status == .ok)
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(access).status == .unauthorized, "other processes read it too")
        }
    }

    @Test func `unknown tokens are 200, another client's stay untouched, nobody unknown may ask`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            for token in ["unknown", "a.b.c", access, refresh] {
                try await revoke(house, token, hint: "made_up", as: "other")
            }
            #expect(try await house.userInfo(access).status == .ok)
            #expect(try await house.refresh(refresh).status == .ok)
            let form = ParameterList(["token": access])
            let nobody = try await house.call("/oauth2/revoke", form, as: nil)
            #expect(nobody.status == .unauthorized && nobody.error == "invalid_client")
            let empty = try await house.call("/oauth2/revoke", ParameterList(), as: "department:" + House.secret)
            #expect(empty.error == "invalid_request")
            #expect(try await house.client.get("/oauth2/revoke?token=" + access).status == .methodNotAllowed)
        }
    }

    @Test func `a public client gives its tokens back`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("app", secret: nil)
            var attempt = Attempt()
            attempt.client = "app"
            attempt.redirectURI = "https://app.example/callback"
            var browser = Browser()
            let form = house.tokenForm(attempt, code: try await house.code(attempt, &browser)).adding(
                "client_id", "app")
            let answer = try await house.token(form, as: nil).json()
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let back = ParameterList(["token": refresh, "client_id": "app"])
            #expect(try await house.call("/oauth2/revoke", back, as: nil).status == .ok)
            let again = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh, "client_id": "app"])
            #expect(try await house.token(again, as: nil).error == "invalid_grant")
        }
    }
}
