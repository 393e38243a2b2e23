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
