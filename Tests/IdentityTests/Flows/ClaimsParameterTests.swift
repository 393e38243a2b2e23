import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §5.5 the claims parameter")
struct ClaimsParameterTests {
    private func tokens(_ claims: String, scope: String = "openid", _ house: House) async throws -> JSONValue {
        var browser = Browser()
        return try await house.tokens(Attempt().with("scope", scope).with("claims", claims), &browser)
    }

    private func idToken(_ body: JSONValue, _ house: House) throws -> JSONValue {
        try house.claims(try #require(body["id_token"]?.stringValue))
    }

    @Test(arguments: Backend.available)
    func `claims come where they are asked for, without their scope`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            let asked = #"{"userinfo":{"name":{"essential":true}},"id_token":{"phone_number":null,"auth_time":null}}"#
            let body = try await tokens(asked, house)
            let idToken = try idToken(body, house)
            #expect(idToken["phone_number"]?.stringValue == "+8619900000001")
            #expect(idToken["name"] == nil)
            let info = try await house.userInfo(try #require(body["access_token"]?.stringValue)).json()
            #expect(info["name"]?.stringValue == "测试甲")
            #expect(info["phone_number"] == nil && info["preferred_username"] == nil)
            // A refreshed access token opens the same claims.
            let fresh = try await house.refresh(try #require(body["refresh_token"]?.stringValue)).json()
            let again = try await house.userInfo(try #require(fresh["access_token"]?.stringValue)).json()
            #expect(again["name"]?.stringValue == "测试甲")
        }
    }

    @Test func `a client gets no claim beyond the scopes of its registration, and unknown ones are ignored`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.scopes = ["openid"] }
            let asked = #"{"userinfo":{"name":null,"phone_number":{"essential":true},"shoe_size":null},"other":{}}"#
            let body = try await tokens(asked, house)
            let info = try await house.userInfo(try #require(body["access_token"]?.stringValue)).json()
            #expect(info.objectMembers?.map(\.name) == ["sub"])
        }
    }

    @Test func `§5.5.1 sub with a value is the person who must be signed in`() async throws {
        try await House.run { house in
            let first = try await house.addCitizen()
            let second = try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            func attempt(_ sub: String) -> Attempt {
                Attempt().with("prompt", "none").with("claims", #"{"id_token":{"sub":{"value":"\#(sub)"}}}"#)
            }
            #expect(try await house.authorize(attempt(first), &browser).answer?.single("code") != nil)
            #expect(try await house.authorize(attempt(second), &browser).answer?.single("error") == "login_required")
        }
    }

    @Test(arguments: ["value\":\"SUB\"", "values\":[\"SUB\"]"])
    func `§3.1.2.2 nobody else gets an answer to a request for a sub, though signed in for it`(asked: String)
        async throws
    {
        try await House.run { house in
            let first = try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            let claims = "{\"userinfo\":{\"sub\":{\"\(asked.replacing("SUB", with: first))}}}"
            var browser = Browser()
            let page = try await house.authorize(Attempt().with("claims", claims), &browser)
            house.clock.advance(by: .seconds(2))
            let refused = try await house.signIn(page, name: "19900000002", &browser).answer
            #expect(try refused?.single("error") == "login_required")
            #expect(refused?.contains("code") == false)
            let again = try await house.authorize(Attempt().with("claims", claims), &browser)
            house.clock.advance(by: .seconds(2))
            #expect(try await house.signIn(again, &browser).answer?.single("code") != nil)
        }
    }

    @Test(arguments: [
        String(repeating: "[", count: 40), #"{"userinfo":{"a":{"values":7}}}"#,
        #"{"userinfo":{"name":null,"name":null}}"#, "\"text\"", "7", #"{"id_token":7}"#,
        // Nobody could be meant, and no level reached.
        #"{"id_token":{"sub":{"value":7}}}"#, #"{"id_token":{"sub":{"values":["one","two"]}}}"#,
        #"{"userinfo":{"sub":{"value":"one"}},"id_token":{"sub":{"value":"two"}}}"#,
        #"{"id_token":{"acr":{"essential":true,"values":[4]}}}"#,
        #"{"userinfo":{"acr":{"essential":true,"value":true}}}"#,
    ])
    func `what is no claims request is invalid_request`(claims: String) async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.authorize(Attempt().with("claims", claims), &browser).answer
            #expect(try answer?.single("error") == "invalid_request")
        }
    }

    @Test func `more claims than anybody needs are refused`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let many = (0..<60).map { "\"c\($0)\":null" }.joined(separator: ",")
            let answer = try await house.authorize(Attempt().with("claims", "{\"userinfo\":{\(many)}}"), &browser)
                .answer
            #expect(try answer?.single("error") == "invalid_request")
        }
    }
}
