import Core
import HTTPTypes
import HummingbirdTesting
import Logging
import Storage
import TestKit
import Testing

@testable import Identity

@Suite("Audit: append-only and hash-chained")
struct AuditChainTests {
    @Test(arguments: Backend.available)
    func `the chain links every event once and proves itself`(backend: Backend) async throws {
        try await House.run(backend) { house in
            for index in 0..<5 { try await house.addClient("system-\(index)") }
            let chain = house.provider.auditChain
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await chain.linkBatch() } }
                try await group.waitForAll()
            }
            try await chain.linkBatch()
            #expect(try await chain.verify() == .intact(links: 5))
            try await house.addClient("later")
            try await chain.linkBatch()
            #expect(try await chain.verify() == .intact(links: 6))
        }
    }

    @Test(arguments: [
        "UPDATE identity_audit_event SET subject = 'nobody' WHERE subject = 'system-1'",
        "DELETE FROM identity_audit_event WHERE subject = 'system-1'",
        "UPDATE identity_audit_link SET hash = 'x' WHERE position = 2",
        "DELETE FROM identity_audit_link WHERE position = 2",
    ])
    func `a change behind our back is found at its place`(statement: String) async throws {
        try await House.run { house in
            for index in 0..<3 {
                try await house.addClient("system-\(index)")
                house.clock.advance(by: .seconds(1))
            }
            let chain = house.provider.auditChain
            try await chain.linkBatch()
            try await house.database.transaction { _ = try $0.execute(SQL(statement)) }
            #expect(try await chain.verify() == .broken(position: 2))
        }
    }
}

@Suite("Clean-up of what has expired")
struct IdentityCleanupTests {
    @Test(arguments: Backend.available)
    func `expired rows go in batches and live ones stay`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.tokens(Attempt(), &browser)
            house.clock.advance(by: .days(9))
            var fresh = Browser()
            let kept = try await house.tokens(Attempt(), &fresh)
            let cleanup = IdentityCleanup(
                database: house.database, settings: house.provider.settings, surroundings: house.surroundings,
                logger: Logger(label: "test.identity"))
            while try await cleanup.sweep() > 0 {}
            for (table, count) in [
                ("identity_sso_session", 1), ("identity_relying_session", 1), ("identity_refresh_family", 1),
                ("identity_refresh_token", 1), ("identity_authorization_code", 1),
            ] {
                let rows = try await house.database.read { try $0.query(SQL("SELECT * FROM \(table)")).count }
                #expect(rows == count, "\(table)")
            }
            #expect(try await house.refresh(try #require(kept["refresh_token"]?.stringValue)).status == .ok)
        }
    }
}
