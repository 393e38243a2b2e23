import Core
import Storage
import TestKit
import Testing

@testable import Identity

/// Parts of a statement's plan that read a table, or an index, from end to end.
private enum FullScans {
    static func of(_ statement: SQL, _ transaction: any Transaction, on backend: Backend) throws -> [String] {
        switch backend {
        case .sqlite:
            return try transaction.query(SQL("EXPLAIN QUERY PLAN " + statement.text), 1, 500)
                .map { try $0.text("detail") }.filter { $0.hasPrefix("SCAN") }
        case .postgres:
            // Small tables are read through because that is quickest; asked is whether there is another way.
            for kind in ["seqscan", "hashjoin", "mergejoin"] {
                _ = try transaction.query(SQL("SELECT set_config('enable_\(kind)', 'off', TRUE) AS set"))
            }
            let lines = try transaction.query(SQL("EXPLAIN (COSTS OFF) " + statement.text), 1, 500)
                .map { try $0.text("QUERY PLAN") }
            return lines.enumerated().filter { index, line in
                if line.contains("Seq Scan") { return true }
                guard line.contains("Index Scan") || line.contains("Index Only Scan") else { return false }
                return index + 1 == lines.count || !lines[index + 1].contains("Index Cond")
            }.map(\.element)
        }
    }
}

@Suite("Clean-up: no table is read through")
struct CleanupPlanTests {
    @Test(arguments: Backend.available)
    func `every batch is found by an index`(backend: Backend) async throws {
        try await withDatabase(backend, IdentityMigrations.all) { database in
            for (statement, _) in IdentityCleanup.statements {
                let scans = try await database.transaction { try FullScans.of(statement, $0, on: backend) }
                #expect(scans == [], "\(statement.text)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a missing index would be noticed`(backend: Backend) async throws {
        try await withDatabase(backend, IdentityMigrations.all) { database in
            try await database.schemaChange { _ = try $0.execute("DROP INDEX identity_revocation_expiry") }
            let statement = try #require(
                IdentityCleanup.statements.first { $0.0.text.contains("identity_revocation") }?.0)
            let scans = try await database.transaction { try FullScans.of(statement, $0, on: backend) }
            #expect(scans.count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `spent and expired initial tokens go, others stay`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let tokens = house.provider.initialTokens
            let kept = try await tokens.make(label: "kept", uses: 2, life: .days(7), requirePKCE: true, by: "test")
            _ = try await tokens.make(label: "expired", uses: 2, life: .minutes(5), requirePKCE: true, by: "test")
            let spent = try await tokens.make(label: "spent", uses: 1, life: .days(7), requirePKCE: true, by: "test")
            _ = try await house.database.transaction { [id = spent.token.id] in
                try $0.execute("UPDATE identity_initial_token SET uses_left = 0 WHERE id = $1", id)
            }
            house.clock.advance(by: .minutes(6))
            while try await house.sweep() > 0 {}
            let left = try await house.database.read {
                try $0.query("SELECT id FROM identity_initial_token").map { try $0.text("id") }
            }
            #expect(left == [kept.token.id])
        }
    }
}
