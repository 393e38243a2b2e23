import Core
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Staff scopes hold for the officer's own hall")
struct HallScopeTests {
    private static let attempt = Attempt().with("scope", "openid hall.window hall.kiosk")

    /// What a staff member of Jinan gets through a client that stands in `hall`.
    private func claims(clientIn hall: String?, roles: Set<Role> = [.officer]) async throws -> JSONValue {
        let found = Captured()
        try await House.run { house in
            try await house.addStaff(roles: roles)
            try await house.addClient {
                $0.scopes = ["openid", "hall.window", "hall.kiosk", "booking"]
                $0.hall = hall ?? "jinan"
            }
            if hall == nil {
                var client = try #require(try await house.provider.clients.find("department"))
                client.hall = nil
                let unbound = client
                let now = house.clock.now()
                try await house.database.transaction { try ClientStore.put(unbound, at: now, in: $0) }
                try await house.provider.clients.refresh()
            }
            var browser = Browser()
            let tokens = try await house.tokens(Self.attempt, name: "officer.jinan", &browser)
            found.value = try house.claims(try #require(tokens["access_token"]?.stringValue))
        }
        return found.value
    }

    @Test func `through a client of the same hall, or of none, an officer works at home`() async throws {
        for hall in ["jinan", nil] {
            let claims = try await claims(clientIn: hall)
            #expect(claims["scope"]?.stringValue == "openid hall.window hall.kiosk")
            #expect(claims["hall"]?.stringValue == "jinan")
        }
    }

    @Test func `through a client of another hall nobody gets a staff scope or a hall`() async throws {
        for roles in [[.officer], [.manager], [.guide]] as [Set<Role>] {
            let claims = try await claims(clientIn: "qingdao", roles: roles)
            #expect(claims["scope"]?.stringValue == "openid")
            #expect(claims["hall"] == nil)
        }
    }
}

private final class Captured: @unchecked Sendable {
    // Written before `House.run` returns and read after it.
    var value: JSONValue = .null
}
