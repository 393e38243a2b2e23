import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §5.3 userinfo, RFC 6750, RFC 9068")
struct UserInfoTests {
    @Test func `the token is taken in the header or the body, never twice and never in the address`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("scope", "openid profile phone")
            let token = try #require(try await house.tokens(attempt, &browser)["access_token"]?.stringValue)
            let bearer: HTTPFields = [.authorization: "Bearer " + token]
            let get = try await house.client.get("/oauth2/userinfo", bearer)
            #expect(get.status == .ok && get.headers[.cacheControl] == "no-store")
            #expect(try get.json()["phone_number"]?.stringValue == "+8619900000001")
            // §5.3.2: what is not known is left out.
            #expect(try get.json().objectMembers?.allSatisfy { $0.value != .null } == true)
            #expect(try await house.client.send(.post, "/oauth2/userinfo", bearer).status == .ok)
            #expect(try await house.client.get("/oauth2/userinfo", [.authorization: "bearer " + token]).status == .ok)
            let form = ParameterList(["access_token": token])
            #expect(try await house.client.post("/oauth2/userinfo", form: form).status == .ok)
            #expect(try await house.client.post("/oauth2/userinfo", form: form, bearer).status == .badRequest)
            #expect(try await house.client.get("/oauth2/userinfo?access_token=" + token).status == .unauthorized)
        }
    }

    @Test func `a missing, broken, expired, foreign or narrow token is told apart by the challenge`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addDevice()
            let none = try await house.client.get("/oauth2/userinfo")
            #expect(none.status == .unauthorized)
            #expect(none.headers[.wwwAuthenticate]?.contains("error=") == false)
            var browser = Browser()
            let token = try #require(try await house.tokens(Attempt(), &browser)["access_token"]?.stringValue)
            let foreign = try TokenSigner.sign(
                payload: house.claims(token), type: "at+jwt", with: try SigningKey.generate(.es256))
            let form = ParameterList(["grant_type": "client_credentials"])
            let machine = try await house.token(form, as: "kiosk:" + House.secret).json()["access_token"]?.stringValue
            let narrow = try await house.userInfo(try #require(machine))
            #expect(narrow.status == .forbidden)
            #expect(narrow.headers[.wwwAuthenticate]?.contains("error=\"insufficient_scope\"") == true)
            for bad in ["nonsense", token + "x", foreign] {
                let response = try await house.userInfo(bad)
                #expect(response.status == .unauthorized)
                #expect(response.headers[.wwwAuthenticate]?.contains("error=\"invalid_token\"") == true)
            }
            house.clock.advance(by: .seconds(601))
            #expect(try await house.userInfo(token).status == .unauthorized)
        }
    }

    @Test func `an ID token is no access token, and a token for userinfo alone is none for the API`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            let idToken = try #require(body["id_token"]?.stringValue)
            #expect(try await house.userInfo(idToken).status == .unauthorized)
            let token = try #require(body["access_token"]?.stringValue)
            await #expect(throws: Problem.self) { try await house.provider.accessTokens.verify(token) }
            let wide = try await house.tokens(Attempt().with("scope", "openid booking"), &browser)
            let principal = try await house.provider.accessTokens.verify(
                try #require(wide["access_token"]?.stringValue))
            #expect(principal.scopes == ["openid", "booking"])
            #expect(principal.assurance == .l2)
            #expect(principal.sessionID != nil)
        }
    }

    @Test func `an officer gets the window scope and a citizen silently does not`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addStaff()
            try await house.addClient { $0.scopes = ["openid", "booking", "hall.window"] }
            let attempt = Attempt().with("scope", "openid booking hall.window")
            var citizen = Browser()
            #expect(try await house.tokens(attempt, &citizen)["scope"]?.stringValue == "openid booking")
            var officer = Browser()
            let body = try await house.tokens(attempt, name: "officer.jinan", &officer)
            #expect(body["scope"]?.stringValue == "openid booking hall.window")
            let principal = try await house.provider.accessTokens.verify(
                try #require(body["access_token"]?.stringValue))
            #expect(principal.roles == [.officer] && principal.hall == "jinan")
        }
    }
}
