/// One of the threads that read, each with its own connection and snapshot.
final class SQLiteReader {
    private let settings: SQLiteSettings
    private let queue: CallQueue
    private let metrics: StorageMetrics
    private var connection: SQLiteConnection?

    init(_ settings: SQLiteSettings, _ queue: CallQueue, _ metrics: StorageMetrics) {
        self.metrics = metrics
        self.settings = settings
        self.queue = queue
    }

    /// Works until the queue is closed and empty.
    func run() {
        while true {
            switch queue.take(atMost: 1) {
            case .group(let group):
                for call in group.calls { serve(call) }
                queue.finish(group)
            case .idle: continue
            case .closed:
                connection?.close()
                return
            }
        }
    }

    private func serve(_ call: any PendingCall) {
        let start = metrics.begin()
        defer { metrics.record(metrics.read, since: start) }
        do {
            let connection = try openConnection()
            try connection.use { try read(call, on: connection) }
            call.answer()
        } catch {
            if case StorageError.unavailable = error { connection?.isSuspect = true }
            call.fail(error)
        }
    }

    private func read(_ call: any PendingCall, on connection: SQLiteConnection) throws {
        let limit = TimeLimit(settings.timeLimit, for: call.kind)
        try connection.control(.beginReading)
        connection.limit(limit)
        defer {
            connection.limit(.none)
            if connection.isInTransaction { try? connection.control(.commit) }
        }
        try call.attempt(SQLiteSession(connection, limit))
    }

    private func openConnection() throws -> SQLiteConnection {
        if let connection, !connection.isSuspect { return connection }
        connection?.close()
        connection = nil
        let fresh = try SQLiteConnection(.reader, settings)
        connection = fresh
        return fresh
    }
}
