import Foundation
import Logging
import Storage
import TestKit
import Testing

@Suite("Faults of the embedded database", .serialized, .timeLimit(.minutes(10))) struct SQLiteFaultTests {
    private let logger = Logger(label: "test.faults") { _ in SwiftLogNoOpLogHandler() }

    @Test func `what was acknowledged before kill -9 is there afterwards`() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/yimen.sqlite"
            var acknowledged = Set<String>()
            for cycle in 1...3 {
                let writer = try ChildProcess.probe("write", file)
                for await line in writer.lines {
                    acknowledged.insert(line)
                    if acknowledged.count >= cycle * 400 { break }
                }
                writer.kill()
                acknowledged.formUnion(await writer.remainingLines())

                let database = try SQLiteDatabase(SQLiteSettings(path: file), logger: logger)
                let kept = try await database.read { try $0.query("SELECT holder FROM probe_claim") }
                    .map { try $0.text("holder") }
                let used = try await database.read { try $0.query("SELECT used FROM probe_counter WHERE id = '0'") }
                #expect(acknowledged.isSubset(of: kept), "lost: \(acknowledged.subtracting(kept).count)")
                #expect(try used[0].int("used") == kept.count)
                await database.close()
            }
        }
    }

    @Test func `a full disk is told, loses nothing, and writing resumes when there is space`() async throws {
        try await withSmallDisk(bytes: 6 << 20) { directory in
            let ballast = directory + "/ballast"
            try Data(count: 3 << 20).write(to: URL(filePath: ballast))
            let database = try SQLiteDatabase(SQLiteSettings(path: directory + "/yimen.sqlite"), logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            var kept = try await fill(database, from: 0)
            #expect(kept.count > 10)
            #expect(try await stored(database) == kept)

            try FileManager.default.removeItem(atPath: ballast)
            kept += [try await store(database, 100_000)]
            try await database.checkHealth()
            #expect(try await stored(database) == kept)
            await database.close()
        }
    }

    @Test func `the ceiling of the file undoes the offender and spares its neighbours`() async throws {
        try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/yimen.sqlite")
            settings.maximumPages = 150
            let database = try SQLiteDatabase(settings, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            // Large rows that cannot all fit, and small ones that can, in the same groups.
            let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let size = number % 10 == 0 ? 900_000 : 100
                        let stored = try? await database.transaction { transaction in
                            try transaction.execute(
                                "INSERT INTO conformance_value (id, number, body) VALUES ($1, $2, $3)",
                                "\(number)", number, String(repeating: "x", count: size))
                        }
                        return (number, stored == 1)
                    }
                }
                return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
            }
            let kept = Set(try await stored(database))
            for (number, wasStored) in outcomes {
                #expect(wasStored == kept.contains(number))
                #expect(wasStored == (number % 10 != 0))
            }
            await database.close()
        }
    }

    @Test func `a file locked by another process is busy until it is let go`() async throws {
        try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/yimen.sqlite")
            settings.lockTimeout = .milliseconds(100)
            let database = try SQLiteDatabase(settings, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            let other = try ChildProcess.probe("lock", settings.path)
            for await line in other.lines where line == "locked" { break }

            await #expect(throws: StorageError.busy) { try await store(database, 1) }
            #expect(try await stored(database) == [])
            await #expect(throws: StorageError.self) { try await database.checkHealth() }

            other.kill()
            _ = await other.remainingLines()
            _ = try await store(database, 2)
            try await database.checkHealth()
            #expect(try await stored(database) == [2])
            await database.close()
        }
    }

    @Test func `what another process commits is not missed`() async throws {
        try await withTemporaryDirectory { directory in
            let settings = SQLiteSettings(path: directory + "/yimen.sqlite")
            let server = try SQLiteDatabase(settings, logger: logger)
            try await Migrator(database: server).migrate([ConformanceTables.all])
            let changes = server.listen("room")
            _ = try await store(server, 1)
            // The server looks for foreign commits when it has been idle for a moment.
            try await Task.sleep(for: .milliseconds(600))
            let tool = try SQLiteDatabase(settings, logger: logger)
            _ = try await store(tool, 2)
            await tool.close()
            for await change in changes {
                #expect(change == .missed)
                break
            }
            await server.close()
        }
    }

    @Test func `a closure that takes too long is undone and does not undo others`() async throws {
        try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/yimen.sqlite")
            settings.timeLimit = .milliseconds(100)
            let database = try SQLiteDatabase(settings, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            async let first = store(database, 1)
            async let endless = outcome(of: Self.endless, on: database)
            async let second = store(database, 4)
            let error = await endless
            #expect(error == .tooLong)
            _ = try await (first, second)
            await #expect(throws: StorageError.tooLong) {
                try await database.transaction { transaction in
                    _ = try transaction.execute("INSERT INTO conformance_value (id, number) VALUES ('slow', 5)")
                    Thread.sleep(forTimeInterval: 0.15)
                }
            }
            #expect(try await stored(database) == [1, 4])
            await database.close()
        }
    }

    @Test func `a start that cannot succeed says why`() throws {
        let directory = NSTemporaryDirectory() + "/yimen-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(repeating: 0x78, count: 8192).write(to: URL(filePath: directory + "/yimen.sqlite"))
        expectUnavailable("damaged") { try Databases.open(url: nil, dataDirectory: directory, logger: logger) }
        expectUnavailable("cannot create the data directory") {
            try Databases.open(url: nil, dataDirectory: directory + "/yimen.sqlite/var", logger: logger)
        }
        expectUnavailable("cannot open") {
            try SQLiteDatabase(SQLiteSettings(path: directory + "/absent/yimen.sqlite"), logger: logger)
        }
        expectUnavailable("postgres://") {
            try Databases.open(url: "mysql://x", dataDirectory: directory, logger: logger)
        }
    }

    private static let endless: SQL = """
        INSERT INTO conformance_value (id, number)
        WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000)
        SELECT CAST(max(i) AS TEXT), 3 FROM n
        """

    private func outcome(of sql: SQL, on database: any Database) async -> StorageError? {
        do {
            _ = try await database.transaction { try $0.execute(sql) }
            return nil
        } catch {
            return error as? StorageError
        }
    }

    private func expectUnavailable(_ words: String, _ body: () throws -> any Database) {
        do {
            _ = try body()
            Issue.record("opened all the same")
        } catch StorageError.unavailable(let reason) {
            #expect(reason.contains(words))
        } catch {
            Issue.record("\(error)")
        }
    }
}
