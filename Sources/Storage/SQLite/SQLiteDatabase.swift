import Foundation
package import Logging

/// The embedded database: one file, one writing thread with group commit, a few reading threads,
/// and one that moves the write-ahead log back into the file.
package final class SQLiteDatabase: Database {
    package let engine = DatabaseEngine.sqlite

    private let reads: CallQueue
    private let writes: CallQueue
    private let threads = DatabaseThreads()
    private let feed = LocalChangeFeed()
    private let log: WriteAheadLog
    private let health = WriterHealth()
    private let readers: Int

    /// Opens the file, or creates it readable for this user only, and starts the threads.
    ///
    /// - Throws: `StorageError.unavailable` saying what to do: no such directory, no permission,
    ///   damaged file, locked by another process.
    package init(_ settings: SQLiteSettings, logger: Logger) throws {
        let metrics = StorageMetrics()
        readers = max(1, settings.readers)
        reads = CallQueue(capacity: settings.queueCapacity, maximumWait: settings.maximumWait, metrics: metrics)
        writes = CallQueue(capacity: settings.queueCapacity, maximumWait: settings.maximumWait, metrics: metrics)
        log = WriteAheadLog(limit: settings.logPages)
        SQLiteDatabase.createFile(settings.path)
        try SQLiteDatabase.prepare(settings)
        threads.start("yimen.sqlite.writer") { [writes, feed, log, health] in
            SQLiteWriter(settings, writes, feed, log, health, metrics, logger).run()
            log.close()
        }
        threads.start("yimen.sqlite.log") { [log] in
            SQLiteCheckpointer(settings, log, logger).run()
        }
        for number in 1...readers {
            threads.start("yimen.sqlite.reader.\(number)") { [reads] in
                SQLiteReader(settings, reads, metrics).run()
            }
        }
    }

    /// Opens the file once, so that a fault is told at the start; each thread opens its own connection.
    ///
    /// Of several processes that make a file at once, all but one may be told that it is busy without any waiting, as
    /// each holds what the other needs to bring the write-ahead log about.
    private static func prepare(_ settings: SQLiteSettings) throws {
        let deadline = ContinuousClock.now + settings.lockTimeout
        while true {
            do {
                return try SQLiteConnection(.writer, settings).close()
            } catch StorageError.busy where ContinuousClock.now < deadline {
                usleep(20_000)
            } catch StorageError.busy {
                throw StorageError.unavailable(
                    "\(settings.path) is locked by another process: end it (`fuser \(settings.path)` names it) and start again"
                )
            }
        }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Value
    ) async throws -> Value {
        try await reads.run(.read, lane: nil) { try body($0) }
    }

    package func transaction<Value: Sendable>(
        combining lane: CallLane?, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await writes.run(.transaction, lane: SQLiteDatabase.writeLane) { try body($0) }
    }

    package func schemaChange<Value: Sendable>(
        _ body: @escaping @Sendable (any SchemaTransaction) throws -> Value
    ) async throws -> Value {
        try await writes.run(.schemaChange, lane: SQLiteDatabase.writeLane) { try body($0) }
    }

    package func listen(_ channel: String) -> AsyncStream<Change> {
        feed.listen(channel)
    }

    package func checkHealth() async throws {
        _ = try await read { try $0.query("SELECT 1 AS one") }
        guard health.current != nil else { return }
        do {
            try await writes.run(.transaction, lane: SQLiteDatabase.writeLane) { session in
                try (session as? SQLiteSession)?.rewriteHeader()
            }
        } catch StorageError.busy {
            throw StorageError.unavailable("the database file is locked by another process")
        }
    }

    package var load: DatabaseLoad {
        let (reading, writing) = (reads.load, writes.load)
        return DatabaseLoad(
            waiting: ["read": reading.waiting, "write": writing.waiting],
            working: reading.underWay + writing.underWay, workers: readers + 1)
    }

    package func close() async {
        reads.close()
        writes.close()
        feed.finish()
        await threads.waitForEnd()
    }

    /// All transactions wait in one lane: whatever has gathered there is the next group.
    private static let writeLane: CallLane = "write"

    /// SQLite would create the file readable for everybody; its log files take over the mode.
    private static func createFile(_ path: String) {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Foundation.close(descriptor) }
    }
}
