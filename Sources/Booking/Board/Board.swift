import Catalogue
import Core
import ServiceLifecycle
import Storage
import Synchronization

/// The boards of all halls: one reader follows the change feed and hands each event to every board of the hall,
/// so a thousand boards cost one query.
package final class Board: Sendable, Service {
    /// Change feed: `hall sequence`.
    static let channel = "booking_board"
    /// More than this is told as a snapshot instead.
    private static let longestReplay = 200

    private let core: BookingCore
    private let snapshots = FreshCache<String, BoardSnapshot>(
        refreshAfter: .milliseconds(200), limit: .milliseconds(900), capacity: 5_000)
    /// Never asked for by whoever holds the lock of a task: events are handed to tasks under it.
    let halls = Mutex<[String: BoardFeed]>([:])

    init(core: BookingCore) {
        self.core = core
    }

    /// What the hall's board shows now; from memory, at most a second old and usually current.
    ///
    /// - Throws: `not-found` for an unknown hall.
    package func snapshot(hall: String) async throws -> BoardSnapshot {
        let catalogue = core.catalogue.current
        guard catalogue.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        let queues = catalogue.groups(in: hall).map(\.id)
        return try await snapshots.value(for: hall, notBefore: core.changes.last(hall)) {
            let now = core.now()
            return try await core.database.read { db in
                // The number first: an event in between is then told twice, never lost.
                let sequence = try EventStore.lastSequence(of: hall, in: db)
                let calls = try TicketStore.called(hall: hall, in: db).compactMap(BoardCall.init)
                let rows = try queues.map { queue in
                    let view = try QueueView.read(queue, in: db)
                    return BoardQueue(queue: queue, waiting: view.waiting.count, openWindows: view.sessions.count)
                }
                return BoardSnapshot(
                    hall: hall, sequence: sequence, at: now,
                    calls: calls.map { $0.inZone(catalogue) }, queues: rows)
            }
        }
    }

    /// The board as it changes: first what was missed since `sequence`, or a snapshot, then each event.
    ///
    /// - Parameter sequence: the last event the board has seen; `nil` for none.
    /// - Throws: `not-found` for an unknown hall.
    package func events(hall: String, after sequence: Int64?) async throws -> AsyncStream<BoardEvent> {
        guard core.catalogue.current.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        let id = core.surroundings.newID()
        let (stream, continuation) = AsyncStream.makeStream(
            of: BoardEvent.self, bufferingPolicy: .bufferingNewest(512))
        // Listening first, reading second: what happens in between waits in the feed.
        let head = try await core.database.read { try EventStore.lastSequence(of: hall, in: $0) }
        halls.withLock { $0[hall, default: BoardFeed(last: head)].join(id, continuation) }
        // Not here and now: whoever cancels a task holds its lock meanwhile, which handing an event to that task needs
        // too – and events are handed over under the lock of the feeds.
        continuation.onTermination = { [weak self] _ in Task { self?.leave(id, hall: hall) } }
        do {
            let (missed, seen) = try await missed(hall: hall, after: sequence, head: head)
            halls.withLock { $0[hall]?.begin(id, with: missed, upTo: seen) }
        } catch {
            continuation.finish()
            throw error
        }
        return stream
    }

    private func leave(_ id: String, hall: String) {
        halls.withLock {
            $0[hall]?.leave(id)
            if $0[hall]?.isEmpty == true { $0[hall] = nil }
        }
    }

    private func missed(hall: String, after sequence: Int64?, head: Int64) async throws -> ([BoardEvent], Int64) {
        if let sequence, sequence >= 0 {
            let limit = Board.longestReplay
            let (last, rows) = try await core.database.read { db in
                (
                    try EventStore.lastSequence(of: hall, in: db),
                    try EventStore.events(of: hall, after: sequence, limit: limit + 1, in: db)
                )
            }
            if sequence <= last, rows.count <= limit {
                let now = core.now()
                return (
                    rows.flatMap { BoardEvent.projections(of: $0, at: now) }, rows.last?.sequence ?? sequence
                )
            }
        }
        var current = try await snapshot(hall: hall)
        if current.sequence < head {
            core.changes.touch(hall)
            current = try await snapshot(hall: hall)
        }
        return ([BoardEvent(current)], current.sequence)
    }

    /// Follows the change feed until shutdown.
    package func run() async throws {
        let changes = core.database.database.listen(Board.channel)
        await cancelWhenGracefulShutdown {
            for await change in changes {
                switch change {
                case .payload(let text):
                    guard let hall = text.split(separator: " ").first else { continue }
                    await self.tell(String(hall))
                case .missed:
                    for hall in self.halls.withLock({ Array($0.keys) }) { await self.tell(hall) }
                }
            }
        }
        let feeds = halls.withLock { Array($0.values) }
        for feed in feeds { feed.finish() }
    }

    /// Reads what is new in a hall once, and hands it to all its boards.
    private func tell(_ hall: String) async {
        core.changes.touch(hall)
        while let from = halls.withLock({ $0[hall]?.last }) {
            // A hall that cannot be read now is told with its next change; boards also come back by themselves.
            guard
                let rows = try? await core.database.read({
                    try EventStore.events(of: hall, after: from, limit: 500, in: $0)
                }), let last = rows.last
            else { return }
            let now = core.now()
            let events = rows.flatMap { BoardEvent.projections(of: $0, at: now) }
            halls.withLock { $0[hall]?.tell(events, upTo: last.sequence) }
            if rows.count < 500 { return }
        }
    }
}
