import Storage
import TestKit
import Testing

@Suite("Migrator") struct MigratorTests {
    private static let first = Migration("room/0001-table", ["CREATE TABLE room_thing (id TEXT PRIMARY KEY)"])
    private static let second = Migration(
        "room/0002-column", ["ALTER TABLE room_thing ADD COLUMN name TEXT", "INSERT INTO room_thing (id) VALUES ('a')"])

    @Test(arguments: Backend.available)
    func `what is missing is applied once, in order`(_ backend: Backend) async throws {
        try await withDatabase(backend) { database in
            let migrator = Migrator(database: database)
            let plan = try await migrator.migrate([Self.first], dryRun: true)
            let first = try await migrator.migrate([Self.first])
            let rest = try await migrator.migrate([Self.first, Self.second], dryRun: true)
            let second = try await migrator.migrate([Self.first, Self.second])
            let nothing = try await migrator.migrate([Self.first, Self.second])
            #expect([plan, first] == [["room/0001-table"], ["room/0001-table"]])
            #expect([rest, second] == [["room/0002-column"], ["room/0002-column"]])
            #expect(nothing.isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `changed, unknown, doubled and late migrations are named and refused`(_ backend: Backend) async throws {
        try await withDatabase(backend, [Self.first, Self.second]) { database in
            let migrator = Migrator(database: database)
            let changed = Migration("room/0001-table", ["CREATE TABLE room_thing (id TEXT)"])
            await expectRefusal("room/0001-table") { try await migrator.migrate([changed, Self.second]) }
            await expectRefusal("room/0002-column") { try await migrator.migrate([Self.first]) }
            await expectRefusal("room/0001-table") {
                try await migrator.migrate([Self.first, Self.first, Self.second])
            }
            let late = Migration("room/0001a-late", ["CREATE TABLE room_late (id TEXT)"])
            await expectRefusal("room/0001a-late") { try await migrator.migrate([Self.first, late, Self.second]) }
            await expectRefusal("room/0001-table") { try await migrator.migrate([Self.second, Self.first]) }
        }
    }

    @Test(arguments: Backend.available)
    func `a migration that fails half-way leaves nothing and can be run again`(_ backend: Backend) async throws {
        try await withDatabase(backend, [Self.first]) { database in
            let migrator = Migrator(database: database)
            let broken = Migration(
                "room/0002-column",
                ["ALTER TABLE room_thing ADD COLUMN name TEXT", "INSERT INTO room_nothing (id) VALUES ('a')"])
            await #expect(throws: StorageError.self) { try await migrator.migrate([Self.first, broken]) }
            let applied = try await migrator.migrate([Self.first, Self.second])
            #expect(applied == ["room/0002-column"])
        }
    }

    @Test(arguments: Backend.available)
    func `two that migrate at once take turns`(_ backend: Backend) async throws {
        try await withDatabase(backend) { database in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await Migrator(database: database).migrate([Self.first, Self.second]) }
                }
                return try await group.reduce([], +)
            }
            #expect(applied.sorted() == ["room/0001-table", "room/0002-column"])
        }
    }

    private func expectRefusal(_ name: String, _ body: () async throws -> [String]) async {
        do {
            _ = try await body()
            Issue.record("nothing was refused")
        } catch StorageError.migration(let reason) {
            #expect(reason.contains(name))
        } catch {
            Issue.record("\(error)")
        }
    }
}
