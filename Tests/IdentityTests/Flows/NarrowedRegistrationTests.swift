import Core
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Tokens give what the client is registered for now (RFC 6749 §6, RFC 8707 §2.2)")
struct NarrowedRegistrationTests {
    private static let records = "https://records.example/api"
    private static let maps = "https://maps.example/"

    private func audience(_ body: JSONValue, _ house: House) throws -> [String] {
        let claims = try house.claims(try #require(body["access_token"]?.stringValue, "\(body)"))
        return claims["aud"]?.stringValue.map { [$0] } ?? claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test(arguments: Backend.available)
    func `a refresh names no resource that was taken from the client`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.audiences = [Self.records, Self.maps] }
            var browser = Browser()
            let more = ParameterList([.init("resource", Self.records), .init("resource", Self.maps)]).encoded
            let end = try await house.open(Attempt().uri + "&" + more, &browser)
            let code = try #require(try await house.signIn(end, &browser).answer?.single("code"))
            let tokens = try await house.token(house.tokenForm(code: code)).json()
            #expect(Set(try audience(tokens, house)).isSuperset(of: [Self.records, Self.maps]))
            let first = try #require(tokens["refresh_token"]?.stringValue)

            try await house.change { $0.policy.audiences = [Self.maps] }
            let less = try await house.refresh(first).json()
            #expect(try audience(less, house) == [Self.maps, House.issuer + "/oauth2/userinfo"])
            let second = try #require(less["refresh_token"]?.stringValue)
            let form = ParameterList(["grant_type": "refresh_token", "refresh_token": second])
            #expect(try await house.token(form.adding("resource", Self.records)).error == "invalid_target")

            // Nothing left is not the default, which would be another resource than the person granted.
            try await house.change { $0.policy.audiences = nil }
            #expect(try await house.refresh(second).error == "invalid_target")
            try await house.change { $0.policy.audiences = [Self.records] }
            let back = try await house.refresh(second).json()
            #expect(try audience(back, house) == [Self.records, House.issuer + "/oauth2/userinfo"])
        }
    }

    @Test func `a refresh opens no claim whose scope was taken from the client`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let asked = #"{"userinfo":{"name":null},"id_token":{"phone_number":null}}"#
            let tokens = try await house.tokens(
                Attempt().with("scope", "openid").with("claims", asked), &browser)
            let first = try #require(tokens["refresh_token"]?.stringValue)
            let before = try await house.refresh(first).json()
            #expect(try house.claims(try #require(before["id_token"]?.stringValue))["phone_number"] != nil)

            try await house.change { $0.scopes = ["openid"] }
            let after = try await house.refresh(try #require(before["refresh_token"]?.stringValue)).json()
            #expect(try house.claims(try #require(after["id_token"]?.stringValue))["phone_number"] == nil)
            let info = try await house.userInfo(try #require(after["access_token"]?.stringValue)).json()
            #expect(info.objectMembers?.map(\.name) == ["sub"])
        }
    }

    @Test func `a code that was issued before gives no scope that was taken meanwhile`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let code = try await house.code(Attempt().with("scope", "openid booking"), &browser)
            try await house.change { $0.scopes = ["openid", "profile"] }
            let answer = try await house.token(house.tokenForm(code: code)).json()
            #expect(answer["scope"] == "openid")
            #expect(try audience(answer, house) == [House.issuer + "/oauth2/userinfo"])
        }
    }
}
