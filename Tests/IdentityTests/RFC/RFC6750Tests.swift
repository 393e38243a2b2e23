import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 6750 bearer tokens at the API and at userinfo, and CORS of machine endpoints")
struct RFC6750Tests {
    @Test func `every error row of §3_1 has its status and its challenge`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let booking = try #require(
                try await house.tokens(Attempt().with("scope", "openid booking"), &browser)["access_token"]?.stringValue
            )
            let profile = try #require(
                try await house.tokens(Attempt().with("scope", "openid profile"), &browser)["access_token"]?.stringValue
            )
            #expect(try await house.get("/api/v1/probe", "Bearer", booking).status == .ok)
            let none = try await house.client.get("/api/v1/probe")
            #expect(none.status == .unauthorized)
            let bare = none.headers[values: .wwwAuthenticate]
            #expect(bare.count == 2 && bare[0].hasPrefix("Bearer realm=") && bare[1].hasPrefix("DPoP realm="))
            #expect(bare.allSatisfy { !$0.contains("error=") }, "no error code without credentials")
            var twice: HTTPFields = [.authorization: "Bearer " + booking]
            twice.append(HTTPField(name: .authorization, value: "Bearer " + booking))
            #expect(try await house.client.get("/api/v1/probe", twice).status == .badRequest)
            for bad in [profile, "x", booking + "x", "a b"] {
                let response = try await house.get("/api/v1/probe", "Bearer", bad)
                #expect(response.status == .unauthorized, "\(bad.prefix(20))")
                #expect(response.headers[.wwwAuthenticate]?.contains("error=\"invalid_token\"") == true)
            }
            let query = try await house.client.get("/api/v1/probe?access_token=" + booking)
            #expect(query.status == .unauthorized, "never in the query (§2.3)")
            house.clock.advance(by: .seconds(601))
            #expect(try await house.get("/api/v1/probe", "Bearer", booking).status == .unauthorized)
        }
    }

    @Test func `§3.1 invalid_request with its challenge for a token that comes twice or cannot be read`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let token = try #require(body["access_token"]?.stringValue)
            var twice: HTTPFields = [.authorization: "Bearer " + token]
            twice.append(HTTPField(name: .authorization, value: "Bearer " + token))
            let form: HTTPFields = [.contentType: ParameterList.formType]
            let both: HTTPFields = [.contentType: ParameterList.formType, .authorization: "Bearer " + token]
            let path = "/oauth2/userinfo"
            let repeated = "access_token=\(token)&access_token=\(token)"
            for answer in [
                try await house.client.get("/api/v1/probe", twice), try await house.client.get(path, twice),
                try await house.client.send(.post, path, both, body: "access_token=" + token),
                try await house.client.send(.post, path, form, body: repeated),
                try await house.client.send(.post, path, form, body: "access_token=%zz"),
            ] {
                #expect(answer.status == .badRequest, "\(answer.text)")
                let challenge = answer.headers[.wwwAuthenticate] ?? ""
                #expect(challenge.hasPrefix("Bearer realm=") && challenge.contains("error=\"invalid_request\""))
                #expect(!answer.text.contains(token))
            }
        }
    }

    @Test func `§2.2 a body counts only as a form, posted, and at userinfo`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let token = try #require(body["access_token"]?.stringValue)
            let form: HTTPFields = [.contentType: ParameterList.formType]
            let text = "access_token=" + token
            let path = "/oauth2/userinfo"
            let charset: HTTPFields = [.contentType: ParameterList.formType + "; charset=UTF-8"]
            #expect(try await house.client.send(.post, path, charset, body: text).status == .ok)
            for answer in [
                try await house.client.send(.get, path, form, body: text),
                try await house.client.send(.post, path, [.contentType: "text/plain"], body: text),
                try await house.client.send(
                    .post, path, [.contentType: "application/json"], body: "{\"access_token\":\"\(token)\"}"),
                try await house.client.send(.post, path, body: text),
                try await house.client.send(.post, path, form, body: "access_token="),
                try await house.client.send(.get, "/api/v1/probe", form, body: text),
            ] {
                Self.expectBareChallenge(answer)
            }
        }
    }

    @Test func `§3.1 other schemes are no credentials, and who sent none hears no error code`() async throws {
        try await House.run { house in
            for authorization in ["Basic eDp5", "Bearer", "Token abc", "BearerX abc", "Digest a=b"] {
                for path in ["/api/v1/probe", "/oauth2/userinfo"] {
                    Self.expectBareChallenge(try await house.client.get(path, [.authorization: authorization]))
                }
            }
        }
    }

    private static func expectBareChallenge(_ answer: TestResponse) {
        #expect(answer.status == .unauthorized, "\(answer.text)")
        let challenges = answer.headers[values: .wwwAuthenticate]
        #expect(challenges.count == 2 && challenges.allSatisfy { !$0.contains("error=") }, "\(challenges)")
    }

    @Test func `too little scope is 403, and for userinfo a token without openid is such a one`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addDevice()
            let machine = ParameterList(["grant_type": "client_credentials"])
            let device = try #require(
                try await house.token(machine, as: "kiosk:" + House.secret).json()["access_token"]?.stringValue)
            let refused = try await house.get("/api/v1/probe", "Bearer", device)
            #expect(refused.status == .forbidden)
            #expect(refused.headers[.wwwAuthenticate]?.contains("error=\"insufficient_scope\"") == true)
            #expect(refused.headers[.wwwAuthenticate]?.contains("scope=\"booking\"") == true)
            var browser = Browser()
            let answer = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let narrow = try #require(
                try await house.refresh(refresh, scope: "booking").json()["access_token"]?.stringValue)
            let answers = [
                try await house.userInfo(narrow),
                try await house.client.post("/oauth2/userinfo", form: ParameterList(["access_token": narrow])),
            ]
            for answer in answers {
                #expect(answer.status == .forbidden && answer.error == "insufficient_scope")
                #expect(answer.headers[.wwwAuthenticate]?.contains("scope=\"openid\"") == true)
            }
        }
    }

    @Test func `browsers of other sites may call machine endpoints and never the authorization endpoint`() async throws
    {
        try await House.run { house in
            try await house.addClient()
            let origin: HTTPFields = [
                .origin: "https://app.example", .accessControlRequestMethod: "POST",
                .accessControlRequestHeaders: "authorization, dpop",
            ]
            for path in ["token", "userinfo", "introspect", "revoke"] {
                let response = try await house.client.send(.options, "/oauth2/" + path, origin)
                #expect(response.headers[.accessControlAllowOrigin] == "*", "\(path)")
                #expect(response.headers[.accessControlAllowMethods]?.contains("POST") == true, "\(path)")
                let names = response.headers[.accessControlAllowHeaders]?.lowercased() ?? ""
                #expect(names.contains("authorization") && names.contains("dpop"))
                let plain: HTTPFields = [.origin: "https://app.example"]
                let refused = try await house.client.send(.post, "/oauth2/" + path, plain)
                #expect(refused.headers[.accessControlAllowOrigin] == "*", "errors are readable too")
                #expect(refused.headers[.accessControlExposeHeaders]?.contains("DPoP-Nonce") == true)
                #expect(refused.headers[.accessControlAllowCredentials] == nil)
            }
            let authorize = try await house.client.send(.options, "/oauth2/authorize", origin)
            #expect(authorize.headers[.accessControlAllowOrigin] == nil)
        }
    }
}
