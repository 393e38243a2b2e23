import Foundation
import Logging
import Storage
import TestKit
import Testing

@Suite("Write-ahead log of the embedded database", .timeLimit(.minutes(10))) struct WriteAheadLogTests {
    private let logger = Logger(label: "test.log") { _ in SwiftLogNoOpLogHandler() }
    /// Bytes of a page in the log, with its header.
    private let pageInLog = 4096 + 24

    private func withLog(
        of pages: Int, _ body: @Sendable (_ database: SQLiteDatabase, _ file: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/yimen.sqlite")
            settings.logPages = pages
            settings.timeLimit = .seconds(60)
            let database = try SQLiteDatabase(settings, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            try await body(database, settings.path)
            await database.close()
        }
    }

    /// Each row fills a page of its own.
    private func write(_ numbers: Range<Int>, to database: SQLiteDatabase) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in numbers.lowerBound..<min(numbers.lowerBound + 8, numbers.upperBound) {
                group.addTask {
                    for number in stride(from: first, to: numbers.upperBound, by: 8) {
                        _ = try await database.transaction { transaction in
                            try transaction.execute(
                                "INSERT INTO conformance_value (id, number, body) VALUES ($1, $2, $3)",
                                "\(number)", number, String(repeating: "x", count: 3000))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func count(_ database: SQLiteDatabase) async throws -> Int {
        try await database.read { try $0.query("SELECT count(*) AS n FROM conformance_value") }[0].int("n")
    }

    private func bytes(of file: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
    }

    @Test func `it is moved back before it is long, and not by the writer`() async throws {
        try await withLog(of: 8000) { database, file in
            try await write(0..<1500, to: database)
            // The writer does nothing before the log has eight thousand pages.
            for _ in 0..<200 where try bytes(of: file) < 1000 * 4096 { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try bytes(of: file) > 1000 * 4096)
        }
    }

    @Test func `it begins anew as soon as it is long, where the disk keeps up`() async throws {
        try await withLog(of: 100) { database, file in
            for start in stride(from: 0, to: 1200, by: 20) {
                try await write(start..<start + 20, to: database)
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try bytes(of: file + "-wal") < 600 * pageInLog)
        }
    }

    @Test func `it begins anew while everybody reads and writes`() async throws {
        try await withLog(of: 100) { database, file in
            let reader = Task {
                while !Task.isCancelled { _ = try await count(database) }
            }
            try await write(0..<4000, to: database)
            reader.cancel()
            _ = await reader.result
            #expect(try await count(database) == 4000)
            // More than eight thousand pages have been written; eight times the limit is the most it may hold.
            #expect(try bytes(of: file + "-wal") < 1200 * pageInLog)
            #expect(try bytes(of: file) > 3000 * 4096)
        }
    }

    @Test func `a long read lets it grow, and the end of the read ends that`() async throws {
        try await withLog(of: 50) { database, file in
            try await write(0..<10, to: database)
            let written = AsyncStream<Void>.makeStream()
            let reading = AsyncStream<Void>.makeStream()
            async let seen = database.read { statements in
                let before = try statements.query("SELECT count(*) AS n FROM conformance_value")[0].int("n")
                reading.continuation.finish()
                _ = Blocking.run { for await _ in written.stream {} }
                return [before, try statements.query("SELECT count(*) AS n FROM conformance_value")[0].int("n")]
            }
            for await _ in reading.stream {}
            try await write(10..<800, to: database)
            let grown = try bytes(of: file + "-wal")
            #expect(grown > 800 * pageInLog)
            written.continuation.finish()
            #expect(try await seen == [10, 10])
            try await write(800..<2400, to: database)
            #expect(try bytes(of: file + "-wal") < grown + 600 * pageInLog)
            #expect(try await count(database) == 2400)
        }
    }
}
