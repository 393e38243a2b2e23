import Foundation
package import Logging

/// The database for many machines: a bounded pool of connections, each with its own thread.
package final class PostgresDatabase: Database {
    package let engine = DatabaseEngine.postgres

    private let queue: CallQueue
    private let threads = DatabaseThreads()
    private let announcing = DatabaseThreads()
    private let feed = LocalChangeFeed()
    private let announcer: PostgresAnnouncer
    private let listener: PostgresListener
    private let connections: Int

    /// Connects once, so that a fault is told at the start, and starts the threads.
    ///
    /// - Throws: `StorageError.unavailable` with the server's or libpq's own reason.
    package init(_ settings: PostgresSettings, logger: Logger) throws {
        _ = try PostgresConnection(settings)
        let metrics = StorageMetrics()
        connections = max(1, settings.connections)
        queue = CallQueue(capacity: settings.queueCapacity, maximumWait: settings.maximumWait, metrics: metrics)
        announcer = PostgresAnnouncer(settings, logger)
        listener = try PostgresListener(settings, feed, announcer, metrics, logger)
        let outage = PostgresOutage(patience: settings.outagePatience)
        for number in 1...connections {
            threads.start("yimen.pg.\(number)") { [queue, feed, announcer] in
                let worker = PostgresWorker(settings, queue, outage, metrics, logger) { notices in
                    feed.publish(notices)
                    announcer.announce(notices)
                }
                worker.run()
            }
        }
        announcing.start("yimen.pg.announce") { [announcer] in announcer.run() }
        threads.start("yimen.pg.listen") { [listener] in listener.run() }
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Value
    ) async throws -> Value {
        try await queue.run(.read, lane: nil) { try body($0) }
    }

    package func transaction<Value: Sendable>(
        combining lane: CallLane?, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await queue.run(.transaction, lane: lane) { try body($0) }
    }

    package func schemaChange<Value: Sendable>(
        _ body: @escaping @Sendable (any SchemaTransaction) throws -> Value
    ) async throws -> Value {
        try await queue.run(.schemaChange, lane: nil) { try body($0) }
    }

    package func listen(_ channel: String) -> AsyncStream<Change> {
        defer { listener.want(channel) }
        return feed.listen(channel)
    }

    package func checkHealth() async throws {
        _ = try await read { try $0.query("SELECT 1 AS one") }
    }

    package var load: DatabaseLoad {
        let load = queue.load
        return DatabaseLoad(waiting: ["all": load.waiting], working: load.underWay, workers: connections)
    }

    package func close() async {
        queue.close()
        listener.close()
        feed.finish()
        await threads.waitForEnd()
        // Only now is everything committed that there will be.
        announcer.close()
        await announcing.waitForEnd()
    }
}
