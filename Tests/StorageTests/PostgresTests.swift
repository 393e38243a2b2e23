import Logging
import Storage
import TestKit
import Testing

@Suite("PostgreSQL", .enabled(if: Backend.postgresURL != nil, "set YIMEN_TEST_POSTGRES to run on PostgreSQL too"))
struct PostgresTests {
    private let logger = Logger(label: "test.storage")

    @Test func `a process hears what another announces`() async throws {
        try await withSchema { settings in
            let speaker = try PostgresDatabase(settings, logger: logger)
            let listener = try PostgresDatabase(settings, logger: logger)
            let changes = listener.listen("room")
            for await change in changes where change == .missed { break }
            for number in 0..<200 { try await speaker.transaction { try $0.notify("room", "\(number)") } }
            var heard = [Change]()
            for await change in changes where change != .missed {
                heard.append(change)
                if heard.count == 200 { break }
            }
            #expect(heard == (0..<200).map { .payload("\($0)") })
            await speaker.close()
            await listener.close()
        }
    }

    @Test func `a lock held elsewhere is answered with busy, and nothing is kept`() async throws {
        try await withSchema { settings in
            var impatient = settings
            impatient.lockTimeout = .milliseconds(100)
            let holder = try PostgresDatabase(settings, logger: logger)
            let other = try PostgresDatabase(impatient, logger: logger)
            try await Migrator(database: holder).migrate([ConformanceTables.all])
            try await ConformanceTables.addCounter("c", capacity: 10, to: holder)
            try await holder.transaction { transaction in
                _ = try transaction.execute("UPDATE conformance_counter SET used = 1 WHERE id = 'c'")
                // The other process waits for this row while this closure runs.
                let answers = Blocking.run {
                    await withTaskGroup(of: StorageError?.self) { group in
                        for number in 0..<5 {
                            group.addTask {
                                do {
                                    _ = try await claim("c", by: "h\(number)", key: "c", in: other)
                                    return nil
                                } catch { return error as? StorageError }
                            }
                        }
                        return await group.reduce(into: []) { $0.append($1) }
                    }
                }
                #expect(answers == Array(repeating: StorageError.busy, count: 5))
            }
            #expect(try await ConformanceTables.used("c", in: holder) == 1)
            #expect(try await claim("c", by: "late", key: "c", in: other))
            await holder.close()
            await other.close()
        }
    }

    @Test func `two that deadlock both get through`() async throws {
        try await withSchema { settings in
            // Each deadlock takes the server a second to see, and a busy machine longer: what is looked at is that they
            // are tried again, not how long that may take.
            var patient = settings
            patient.timeLimit = .seconds(120)
            patient.lockTimeout = .seconds(60)
            let database = try PostgresDatabase(patient, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            for counter in ["a", "b"] { try await ConformanceTables.addCounter(counter, capacity: 100, to: database) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    let order = number % 2 == 0 ? ["a", "b"] : ["b", "a"]
                    group.addTask {
                        try await database.transaction { transaction in
                            for counter in order {
                                try transaction.execute(
                                    "UPDATE conformance_counter SET used = used + 1 WHERE id = $1", counter)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await ConformanceTables.used("a", in: database) == 4)
            #expect(try await ConformanceTables.used("b", in: database) == 4)
            await database.close()
        }
    }

    @Test func `prepared statements survive a change of their table`() async throws {
        try await withDatabase(.postgres, ConformanceTables.all) { database in
            try await ConformanceTables.addCounter("c", capacity: 1, to: database)
            let all: SQL = "SELECT * FROM conformance_counter"
            for _ in 0..<8 { _ = try await database.transaction { try $0.query(all) } }
            try await database.schemaChange {
                _ = try $0.execute("ALTER TABLE conformance_counter ADD COLUMN note TEXT")
            }
            for _ in 0..<8 {
                let row = try await database.transaction { try $0.first(all) }
                #expect(try row?.optionalText("note") == nil)
            }
        }
    }

    @Test func `an unreachable server is named in the error`() async throws {
        do {
            _ = try PostgresDatabase(PostgresSettings(url: "postgres:///x?host=/nonexistent"), logger: logger)
            Issue.record("connected to nothing")
        } catch StorageError.unavailable(let reason) {
            #expect(reason.contains("/nonexistent"))
        }
    }
}
