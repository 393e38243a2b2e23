import Core
import Cryptography
import HummingbirdTesting
import Logging
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Signing keys: published before use, kept until the last token dies (rule 27)")
struct KeyRotationTests {
    private func states(_ house: House, _ algorithm: String = "ES256") async throws -> [String] {
        try await house.database.read { statements in
            try SigningKeyStore.all(in: statements).filter { $0.algorithm == algorithm }.map(\.state.rawValue)
        }
    }

    private func published(_ house: House) async throws -> Set<String> {
        let keys = try await house.client.get("/oauth2/jwks").json()["keys"]?.arrayValue ?? []
        return Set(keys.compactMap { $0["kid"]?.stringValue })
    }

    /// The line `oidcc-server-rotate-keys` of the OpenID Foundation's plan `oidcc-dynamic-certification-test-plan`.
    @Test(arguments: Backend.available)
    func `oidcc-server-rotate-keys: a key is next, then active, then retiring, then gone`(backend: Backend) async throws
    {
        try await House.run(backend) { house in
            try await house.addDevice()
            func token() async throws -> String {
                let form = ParameterList(["grant_type": "client_credentials"])
                let body = try await house.token(form, as: "kiosk:" + House.secret).json()
                return try #require(body["access_token"]?.stringValue)
            }
            let rotation = house.provider.keyRotation
            #expect(try await states(house) == ["active"])
            let first = try #require(try TokenSigner.peek(try await token()).keyID)
            house.clock.advance(by: .days(28))
            try await rotation.advance()
            #expect(try await states(house) == ["active"])
            house.clock.advance(by: .days(1))
            try await rotation.advance()
            #expect(try await states(house) == ["active", "next"])
            let early = try await published(house)
            #expect(early.contains(first))
            #expect(try TokenSigner.peek(try await token()).keyID == first)
            house.clock.advance(by: .days(1))
            let old = try await token()
            try await rotation.advance()
            #expect(try await states(house) == ["retiring", "active"])
            let second = try #require(try TokenSigner.peek(try await token()).keyID)
            #expect(second != first && early.contains(second), "published before it signs")
            #expect(try await published(house).isSuperset(of: [first, second]))
            _ = try await house.provider.accessTokens.verify(old)
            house.clock.advance(by: .days(2) + .minutes(1))
            try await rotation.advance()
            #expect(try await states(house) == ["active"])
            await #expect(throws: Problem.self) { try await house.provider.accessTokens.verify(old) }
            let late = try await published(house)
            #expect(late.contains(second) && !late.contains(first))
        }
    }

    @Test(arguments: Backend.available)
    func `eight processes starting at once agree on one key`(backend: Backend) async throws {
        try await withDatabase(backend, IdentityMigrations.all) { database in
            let settings = IdentitySettings(issuer: House.issuer, demo: true)
            let all = (0..<8).map { _ in SigningKeys(database: database, crypto: House.crypto) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for keys in all {
                    let rotation = KeyRotation(
                        database: database, crypto: House.crypto, keys: keys, settings: settings,
                        surroundings: Surroundings(), logger: Logger(label: "test.identity"))
                    group.addTask { try await rotation.advance() }
                }
                try await group.waitForAll()
            }
            for keys in all { try await keys.refresh() }
            #expect(Set(all.map(\.published)).count == 1)
            let count = try await database.read { try SigningKeyStore.all(in: $0).count }
            #expect(count == 2)
        }
    }

    @Test(arguments: Backend.available)
    func `an operator can call for the next key, which is published before it signs`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let rotation = house.provider.keyRotation
            let next = try await rotation.publishNext()
            #expect(next.map(\.state) == ["next", "next"])
            #expect(try await rotation.publishNext().map(\.kid) == next.map(\.kid))
            #expect(next.allSatisfy { $0.signsFrom == house.clock.now() + .days(1) })
            try await rotation.advance()
            // Both were made at the same instant of this clock, so their order is chance.
            #expect(try await Set(states(house)) == ["active", "next"])
            house.clock.advance(by: .days(1))
            try await rotation.advance()
            #expect(try await Set(states(house)) == ["retiring", "active"])
            let active = try await rotation.list().filter { $0.state == "active" }.map(\.kid)
            #expect(Set(active) == Set(next.map(\.kid)))
        }
    }

    @Test func `the private half is sealed at rest`() async throws {
        try await House.run { house in
            let records = try await house.database.read { try SigningKeyStore.all(in: $0) }
            for record in records {
                #expect(record.sealedPrivate.hasPrefix("v1."))
                #expect(!record.sealedPrivate.contains("PRIVATE"))
            }
        }
    }
}
