import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8693 §2.1, §2.2: every error that an exchange can meet, and the form of its answer")
struct ExchangeErrorTests {
    private static let types = "urn:ietf:params:oauth:token-type:"
    private static let backend = "backend:" + House.secret
    private static let target = "https://archive.example"

    /// What `department` got for a citizen, and `backend`, which may exchange it.
    private func withTokens(
        _ backend: Backend = .sqlite,
        _ body: @Sendable @escaping (House, _ tokens: JSONValue, _ person: String) async throws -> Void
    ) async throws {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("backend")
            try await house.change("backend") {
                $0.grants = [.clientCredentials, .tokenExchange]
                $0.scopes = ["openid", "booking"]
                $0.policy.exchangeFrom = ["department"]
                $0.policy.audiences = [Self.target]
            }
            var browser = Browser()
            try await body(
                house, try await house.tokens(Attempt().with("scope", "openid profile booking"), &browser), person)
        }
    }

    private func form(_ tokens: JSONValue, _ name: String = "access_token") throws -> ParameterList {
        ParameterList([
            "grant_type": Client.GrantType.tokenExchange.rawValue,
            "subject_token": try #require(tokens[name]?.stringValue), "subject_token_type": Self.types + "access_token",
        ])
    }

    @Test func `every fault of a parameter has its own answer`() async throws {
        try await withTokens { house, tokens, _ in
            let good = try form(tokens)
            let access = try #require(tokens["access_token"]?.stringValue)
            let (idToken, refresh) = (try form(tokens, "id_token"), try form(tokens, "refresh_token"))
            let actor = good.adding("actor_token", access)
            var rows: [(name: String, form: ParameterList, error: String)] = [
                ("an empty subject_token", good.replacing("subject_token", ""), "invalid_request"),
                ("an empty subject_token_type", good.replacing("subject_token_type", ""), "invalid_request"),
                ("an ID token", idToken, "invalid_request"), ("a refresh token", refresh, "invalid_request"),
                (
                    "an ID token as JWT", idToken.replacing("subject_token_type", Self.types + "jwt"),
                    "invalid_request"
                ),
                ("an actor without type", actor, "invalid_request"),
                ("an actor with an empty type", actor.adding("actor_token_type", ""), "invalid_request"),
                ("an actor of a made-up type", actor.adding("actor_token_type", "urn:made:up"), "invalid_request"),
                ("a scope in quotation marks", good.adding("scope", "\"openid\""), "invalid_scope"),
                ("a scope of spaces", good.adding("scope", "  "), "invalid_scope"),
                ("an unheard-of scope", good.adding("scope", "openid unheard-of"), "invalid_scope"),
                ("a part of a resource", good.adding("resource", Self.target + "#x"), "invalid_target"),
                ("a resource without a scheme", good.adding("resource", "archive.example"), "invalid_target"),
                ("a resource but for a slash", good.adding("resource", Self.target + "/"), "invalid_target"),
                ("an audience by its id", good.adding("audience", "department"), "invalid_target"),
                (
                    "one good audience and one that is not",
                    good.adding("audience", Self.target).adding("audience", "https://else.example"), "invalid_target"
                ),
            ]
            for kind in ["refresh_token", "id_token", "saml1", "saml2"] {
                let type = Self.types + kind
                rows.append((kind, good.replacing("subject_token_type", type), "invalid_request"))
                rows.append(("actor " + kind, actor.adding("actor_token_type", type), "invalid_request"))
            }
            for kind in ["refresh_token", "id_token", "saml1", "saml2", "jwt", "made_up"] {
                let wanted = good.adding("requested_token_type", Self.types + kind)
                rows.append(("wanted " + kind, wanted, "invalid_request"))
            }
            for name in [
                "grant_type", "subject_token", "subject_token_type", "actor_token", "actor_token_type",
                "requested_token_type", "scope", "client_id", "unheard-of",
            ] {
                let twice = good.without(name).adding(name, "x").adding(name, "x")
                rows.append((name + " twice", twice, "invalid_request"))
            }
            for row in rows {
                let answer = try await house.token(row.form, as: Self.backend)
                #expect(answer.isRefusal(row.error), "\(row.name): \(answer.status) \(answer.text)")
            }
            #expect(try await house.auditEvents("token.exchanged") == 0)
        }
    }

    @Test func `only a client that proves itself exchanges, and only with the grant`() async throws {
        try await withTokens { house, tokens, _ in
            let good = try form(tokens)
            try await house.addClient("app", secret: nil)
            try await house.change("app") {
                $0.grants = [.tokenExchange]
                $0.policy.exchangeFrom = ["department"]
            }
            let rows: [(name: String, form: ParameterList, caller: String?, error: String)] = [
                ("nobody", good, nil, "invalid_client"),
                ("no secret", good.adding("client_id", "backend"), nil, "invalid_client"),
                ("a wrong secret", good, "backend:a-wrong-secret-of-many-characters", "invalid_client"),
                ("an unknown client", good, "nobody:" + House.secret, "invalid_client"),
                ("a public client", good.adding("client_id", "app"), nil, "unauthorized_client"),
                ("without the grant", good, "department:" + House.secret, "unauthorized_client"),
            ]
            for row in rows {
                let answer = try await house.token(row.form, as: row.caller)
                #expect(answer.isRefusal(row.error), "\(row.name): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test func `the answer says what was issued and for what, and the token that was shown stays good`() async throws {
        try await withTokens { house, tokens, _ in
            let good = try form(tokens)
            let same = [
                good, good.replacing("subject_token_type", Self.types + "jwt"),
                good.adding("requested_token_type", Self.types + "access_token"),
                good.adding("audience", "").adding("resource", "").adding("scope", "").adding("actor_token", "")
                    .adding("actor_token_type", "").adding("requested_token_type", ""),
                good.adding("unheard-of", "x"),
                good.adding("audience", House.issuer + "/api/v1").adding("resource", House.issuer + "/api/v1"),
            ]
            for form in same {
                let answer = try await house.token(form, as: Self.backend)
                #expect(answer.status == .ok, "\(answer.text)")
                #expect(answer.headers[.cacheControl] == "no-store")
                let body = try answer.json()
                #expect(body["issued_token_type"]?.stringValue == Self.types + "access_token")
                #expect(body["token_type"] == "Bearer" && body["scope"]?.stringValue == "openid booking")
                #expect((1...600).contains(body["expires_in"]?.integerValue ?? 0))
                let names = Set((body.objectMembers ?? []).map(\.name))
                #expect(names == ["access_token", "issued_token_type", "token_type", "expires_in", "scope"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a token that has expired, was revoked or is of somebody locked is no subject`(backend: Backend) async throws {
        try await withTokens(backend) { house, tokens, person in
            var browser = Browser()
            let other = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let revoked = try form(other)
            let back = ParameterList(["token": try #require(other["access_token"]?.stringValue)])
            #expect(
                try await house.call("/oauth2/revoke", back, as: "department:" + House.secret).status == .ok)
            #expect(try await house.token(revoked, as: Self.backend).isRefusal("invalid_request"))
            let good = try form(tokens)
            #expect(try await house.token(good, as: Self.backend).status == .ok)
            // Locked in this moment, before any process has heard of the end of the session.
            func state(_ name: String) async throws {
                _ = try await house.database.transaction {
                    try $0.execute("UPDATE identity_person SET state = $2 WHERE id = $1", person, name)
                }
            }
            try await state("locked")
            #expect(try await house.token(good, as: Self.backend).isRefusal("invalid_request"))
            try await state("active")
            #expect(try await house.token(good, as: Self.backend).status == .ok)
            house.clock.advance(by: .minutes(10))
            #expect(try await house.token(good, as: Self.backend).isRefusal("invalid_request"))
        }
    }
}
