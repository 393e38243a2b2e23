import Core
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8693 §2.2.1: an exchange gives what another grant would give")
struct ExchangeScopeTests {
    private static let type = "urn:ietf:params:oauth:token-type:access_token"

    /// `backend`, which stands in `hall` and may exchange tokens of `department`.
    private func addBackend(_ house: House, hall: String?) async throws {
        try await house.addClient("backend")
        try await house.change("backend") {
            $0.grants = [.tokenExchange]
            $0.scopes = ["openid", Scope.window, Scope.kiosk, Scope.clients, Scope.booking]
            $0.hall = hall
            $0.policy.exchangeFrom = ["department", "kiosk"]
        }
    }

    private func exchange(_ house: House, _ subject: JSONValue, scope: String? = nil) async throws -> TestResponse {
        var form = ParameterList([
            "grant_type": Client.GrantType.tokenExchange.rawValue,
            "subject_token": try #require(subject["access_token"]?.stringValue), "subject_token_type": Self.type,
        ])
        if let scope { form.append("scope", scope) }
        return try await house.token(form, as: "backend:" + House.secret)
    }

    private func claims(_ response: TestResponse, _ house: House) throws -> JSONValue {
        try house.claims(try #require(try response.json()["access_token"]?.stringValue, "\(response.text)"))
    }

    private func officer(
        _ house: House, clientIn hall: String? = nil, scopes: [String] = ["openid", Scope.window]
    ) async throws -> JSONValue {
        try await house.addStaff()
        try await house.addClient { $0.scopes = scopes }
        try await house.change { $0.hall = hall }
        var browser = Browser()
        return try await house.tokens(
            Attempt().with("scope", scopes.joined(separator: " ")), name: "officer.jinan", &browser)
    }

    @Test func `an officer works on at home through a system of the same hall, or of none`() async throws {
        for hall in ["jinan", nil] {
            try await House.run { house in
                let token = try await officer(house)
                try await addBackend(house, hall: hall)
                let claims = try claims(try await exchange(house, token), house)
                #expect(claims["scope"]?.stringValue == "openid " + Scope.window)
                #expect(claims["hall"] == "jinan" && claims["roles"] == .strings(["officer"]))
            }
        }
    }

    @Test func `through a system of another hall there is no staff scope and no hall`() async throws {
        try await House.run { house in
            let token = try await officer(house)
            try await addBackend(house, hall: "qingdao")
            let claims = try claims(try await exchange(house, token), house)
            #expect(claims["scope"] == "openid" && claims["hall"] == nil)
            #expect(try await exchange(house, token, scope: Scope.window).error == "invalid_scope")
        }
    }

    @Test func `a token that speaks for no hall gets none back`() async throws {
        try await House.run { house in
            let token = try await officer(
                house, clientIn: "qingdao", scopes: ["openid", Scope.booking, Scope.window])
            try await addBackend(house, hall: nil)
            let claims = try claims(try await exchange(house, token), house)
            #expect(claims["scope"]?.stringValue == "openid " + Scope.booking && claims["hall"] == nil)
        }
    }

    @Test func `who has lost a role since has lost its scope`() async throws {
        try await House.run { house in
            let token = try await officer(house)
            try await addBackend(house, hall: nil)
            _ = try await house.database.transaction { try $0.execute("UPDATE identity_person SET roles = '[]'") }
            let claims = try claims(try await exchange(house, token), house)
            #expect(claims["scope"] == "openid" && claims["roles"] == nil)
        }
    }

    @Test func `a level that the person has no more is not handed on`() async throws {
        try await House.run { house in
            let token = try await officer(house)
            try await addBackend(house, hall: nil)
            try await house.change("backend") { $0.policy.minimumAssurance = .l2 }
            #expect(try claims(try await exchange(house, token), house)["acr"] == "L2")
            _ = try await house.database.transaction { try $0.execute("UPDATE identity_person SET assurance = 'L1'") }
            #expect(try await exchange(house, token).error == "invalid_request")
            try await house.change("backend") { $0.policy.minimumAssurance = nil }
            #expect(try claims(try await exchange(house, token), house)["acr"] == "L1")
        }
    }

    @Test func `a machine's token stays in its hall`() async throws {
        try await House.run { house in
            try await house.addDevice()
            let machine = ParameterList(["grant_type": "client_credentials"])
            let token = try await house.token(machine, as: "kiosk:" + House.secret).json()
            try await addBackend(house, hall: nil)
            let claims = try claims(try await exchange(house, token), house)
            #expect(claims["scope"]?.stringValue == Scope.kiosk && claims["hall"] == "jinan")
            try await house.change("backend") { $0.hall = "qingdao" }
            #expect(try await exchange(house, token).error == "invalid_scope")
        }
    }
}
