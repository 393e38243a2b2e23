import Core
import Cryptography
import Storage
import TestKit
import Testing
import Web

@testable import Server

@Suite("Page sessions in the table")
struct PageSessionTableTests {
    private func run(
        _ backend: Backend, _ body: @Sendable @escaping (PageSessionTable) async throws -> Void
    ) async throws {
        try await withDatabase(backend, PageSessionMigrations.all) { database in
            try await body(
                PageSessionTable(
                    database: database, provider: StandardProvider(keyRing: .temporary()), surroundings: Surroundings())
            )
        }
    }

    private func record(_ payload: String, version: String = "") -> PageSessionRecord {
        PageSessionRecord(
            key: "key", sid: "sid", subject: "person", expiresAt: SystemClock().now() + .hours(1),
            payload: Secret(payload), version: version)
    }

    @Test(arguments: Backend.available)
    func `of two who read the same record the second writer is told`(backend: Backend) async throws {
        try await run(backend) { table in
            try await table.create(record("first"))
            let read = try #require(try await table.find(key: "key"))
            #expect(read.payload.reveal() == "first")
            #expect(try await table.replace(record("rotated", version: read.version)))
            #expect(try await table.replace(record("touched", version: read.version)) == false)
            let now = try #require(try await table.find(key: "key"))
            #expect(now.payload.reveal() == "rotated")
            #expect(try await table.replace(record("touched", version: now.version)))
            #expect(try await table.find(key: "key")?.payload.reveal() == "touched")
        }
    }

    @Test(arguments: Backend.available)
    func `a record that has gone does not come back`(backend: Backend) async throws {
        try await run(backend) { table in
            try await table.create(record("first"))
            let read = try #require(try await table.find(key: "key"))
            try await table.deleteAll(sids: ["sid"])
            #expect(try await table.replace(record("second", version: read.version)) == false)
            #expect(try await table.find(key: "key") == nil)
        }
    }
}
