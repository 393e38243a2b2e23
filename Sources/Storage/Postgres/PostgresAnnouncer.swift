import Dispatch
import Foundation
import Logging
import Synchronization

/// Tells other processes what has been committed, on a connection of its own.
///
/// `pg_notify` inside the transactions themselves would make PostgreSQL commit them one after the
/// other: measured, 430 instead of 3,900 bookings a second. So announcements follow the commit,
/// many at a time and without waiting for the disk. A process killed in between leaves its last
/// ones unsaid; therefore every process says `missed` to all when it starts.
final class PostgresAnnouncer: Sendable {
    private struct State {
        var waiting = [Notice]()
        /// When the oldest of them was committed, on the clock of `pulse`.
        var waitingSince: UInt64?
        /// Announcements may have been lost: everybody reads afresh.
        var mustSayMissed = true
        var isClosing = false
        var processIDs = Set<Int32>()
    }

    private static let capacity = 10_000

    private let settings: PostgresSettings
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    init(_ settings: PostgresSettings, _ logger: Logger) {
        self.settings = settings
        self.logger = logger
        // The start itself is announced.
        wakeUp.signal()
    }

    func announce(_ notices: [Notice]) {
        if notices.isEmpty { return }
        let wakes = state.withLock { state in
            let wasEmpty = state.waiting.isEmpty
            state.waitingSince = state.waitingSince ?? DispatchTime.now().uptimeNanoseconds
            if state.waiting.count + notices.count > PostgresAnnouncer.capacity {
                state.waiting = []
                state.mustSayMissed = true
            } else {
                state.waiting += notices
            }
            return wasEmpty
        }
        if wakes { wakeUp.signal() }
    }

    /// Whether the server's process of this number speaks for us; its words are not news here.
    func isOwn(_ processID: Int32) -> Bool {
        state.withLock { $0.processIDs.contains(processID) }
    }

    /// What waits is still announced.
    func close() {
        state.withLock { $0.isClosing = true }
        wakeUp.signal()
    }

    /// Works until closed.
    func run() {
        var connection: PostgresConnection?
        var pause = 0.1
        while true {
            wakeUp.wait()
            let isClosing = state.withLock { $0.isClosing }
            do {
                let open = try connection ?? openConnection()
                connection = open
                try sendWaiting(on: open)
                pause = 0.1
                if isClosing { return }
            } catch {
                connection = nil
                if isClosing { return }
                logger.warning("announcements delayed", metadata: ["reason": "\(error)"])
                state.withLock { $0.mustSayMissed = true }
                Thread.sleep(forTimeInterval: pause * Double.random(in: 0.7...1.3))
                pause = min(pause * 2, 2)
                wakeUp.signal()
            }
        }
    }

    private func openConnection() throws -> PostgresConnection {
        let connection = try PostgresConnection(settings)
        _ = try connection.run("SET synchronous_commit = off")
        state.withLock { $0.processIDs = [connection.processID] }
        return connection
    }

    private func sendWaiting(on connection: PostgresConnection) throws {
        while true {
            let (notices, saysMissed, since) = state.withLock { state in
                let batch = Array(state.waiting.prefix(64))
                state.waiting.removeFirst(batch.count)
                defer {
                    state.mustSayMissed = false
                    if state.waiting.isEmpty { state.waitingSince = nil }
                }
                return (batch, state.mustSayMissed, state.waitingSince)
            }
            if notices.isEmpty, !saysMissed { return }
            if saysMissed { try send(PostgresChannel.everybody, "", on: connection) }
            for notice in notices { try send(notice.channel, notice.payload, on: connection) }
            // Heard by ourselves again: how far behind the change feed is.
            if let since { try send(PostgresChannel.pulse, String(since), on: connection) }
            _ = try connection.run("SELECT 1")
        }
    }

    private func send(_ channel: String, _ payload: String, on connection: PostgresConnection) throws {
        let name = PostgresChannel.prefix(connection.schema) + channel
        connection.sendAhead("SELECT pg_notify($1, $2)", try PostgresParameters([.text(name), .text(payload)]))
    }
}
