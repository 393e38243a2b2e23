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

    /// §2.1: a hint that is wrong or unknown must not hide a token.
    @Test(arguments: ["access_token", "refresh_token", "id_token", "made_up", ""])
    func `a hint, right or wrong, changes nothing`(hint: String) async throws {
        try await withTokens { house, access, refresh in
            for token in [access, refresh] {
                let form = ParameterList(["token": token, "token_type_hint": hint])
                let answer = try await house.call("/oauth2/introspect", form, as: "department:" + House.secret)
                #expect(try answer.status == .ok && answer.json()["active"] == true, "\(answer.text)")
            }
        }
    }

    /// §2.3 with RFC 6749 §5.2, and §4: credentials and tokens in the body alone, nobody asks with a token.
    @Test func `every fault of a request has its own answer and says nothing about the token`() async throws {
        try await withTokens { house, access, _ in
            let own = house.tokenHeaders("department:" + House.secret)
            let body = ParameterList(["token": access]).encoded
            func send(_ body: String, _ query: String = "", _ change: (inout HTTPFields) -> Void = { _ in })
                async throws
                -> TestResponse
            {
                var headers = own
                change(&headers)
                return try await house.client.send(.post, "/oauth2/introspect" + query, headers, body: body)
            }
            let rows: [(name: String, answer: TestResponse, status: HTTPResponse.Status, error: String)] = [
                ("empty", try await send("token="), .badRequest, "invalid_request"),
                ("hint alone", try await send("token_type_hint=access_token"), .badRequest, "invalid_request"),
                (
                    "in the address", try await send("token_type_hint=access_token", "?" + body), .badRequest,
                    "invalid_request"
                ),
                ("no escape", try await send("token=%zz"), .badRequest, "invalid_request"),
                ("a zero byte", try await send("token=a%00b"), .badRequest, "invalid_request"),
                (
                    "far too long", try await send("token=" + String(repeating: "x", count: 20_000)), .badRequest,
                    "invalid_request"
                ),
                ("hint twice", try await send(body + "&a=1&a=2"), .badRequest, "invalid_request"),
                ("another client", try await send(body + "&client_id=other"), .badRequest, "invalid_request"),
                (
                    "two ways", try await send(body + "&client_id=department&client_secret=" + House.secret),
                    .badRequest,
                    "invalid_request"
                ),
                (
                    "by token", try await send(body) { $0[.authorization] = "Bearer " + access }, .unauthorized,
                    "invalid_client"
                ),
                (
                    "secret in the address",
                    try await send(body, "?client_id=department&client_secret=" + House.secret) {
                        $0[.authorization] = nil
                    }, .unauthorized, "invalid_client"
                ),
                (
                    "as JSON", try await send(#"{"token":"x"}"#) { $0[.contentType] = "application/json" },
                    .unsupportedMediaType, "invalid_request"
                ),
            ]
            for row in rows {
                #expect(
                    row.answer.status == row.status && row.answer.error == row.error, "\(row.name): \(row.answer.text)")
                #expect(!row.answer.text.contains("active"), "\(row.name): \(row.answer.text)")
                #expect(row.answer.headers[.cacheControl] == "no-store", "\(row.name)")
                if row.status == .unauthorized {
                    #expect(row.answer.headers[.wwwAuthenticate]?.hasPrefix("Basic ") == true, "\(row.name)")
                }
            }
            for method in [HTTPRequest.Method.get, .put, .delete] {
                let refused = try await house.client.send(method, "/oauth2/introspect?" + body, own)
                #expect(refused.status == .methodNotAllowed && !refused.text.contains("active"), "\(method)")
            }
        }
    }

    /// §2.2, §4: what is signed or known here and is still no access or refresh token, and what has been taken back.
    @Test func `other tokens, codes and tokens that were revoked are inactive and nothing else`() async throws {
        try await withTokens { house, access, refresh in
            var browser = Browser()
            let answer = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let id = try #require(answer["id_token"]?.stringValue)
            let code = try await house.code(Attempt(), &browser)
            let proof = try ProofMaker.es256.get().proof(house)
            for token in [id, code, proof, "测试", "urn:ietf:params:oauth:request_uri:x"] {
                #expect(try await house.introspect(token) == Self.inactive, "\(token.prefix(20))")
            }
            let own = "department:" + House.secret
            _ = try await house.call("/oauth2/revoke", ParameterList(["token": access]), as: own)
            #expect(try await house.introspect(access) == Self.inactive)
            #expect(try await house.introspect(refresh)["active"] == true)
            _ = try await house.call("/oauth2/revoke", ParameterList(["token": refresh]), as: own)
            #expect(try await house.introspect(refresh) == Self.inactive)
            // The other grant is another matter; RFC 6749 §10.5 takes everything from a code that comes twice.
            let second = try #require(answer["access_token"]?.stringValue)
            #expect(try await house.introspect(second)["active"] == true)
            let bought = try await house.token(house.tokenForm(code: code)).json()
            #expect(try await house.token(house.tokenForm(code: code)).error == "invalid_grant")
            for name in ["access_token", "refresh_token"] {
                let token = try #require(bought[name]?.stringValue)
                #expect(try await house.introspect(token) == Self.inactive, "\(name)")
            }
        }
    }

    /// §4: what a token is for decides which resource server sees it.
    @Test func `a client that may introspect one audience sees no token for another`() async throws {
        try await withTokens { house, access, _ in
            try await house.change("other") { $0.policy.introspectsAudiences = [House.issuer + "/api/v1"] }
            var browser = Browser()
            let answer = try await house.tokens(Attempt().with("scope", "openid profile"), &browser)
            let narrow = try #require(answer["access_token"]?.stringValue)
            #expect(try await house.introspect(access, as: "other")["active"] == true)
            #expect(try await house.introspect(narrow, as: "other") == Self.inactive, "it is for userinfo alone")
            #expect(try await house.introspect(narrow)["active"] == true)
        }
    }
}
