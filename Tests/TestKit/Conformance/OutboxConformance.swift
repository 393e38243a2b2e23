import Core
import Foundation
import Logging
import ServiceLifecycle
package import Storage
import Synchronization
import Testing

/// What handlers have been given.
private final class Deliveries: Sendable {
    private let list = Mutex<[OutboxMessage]>([])

    var all: [OutboxMessage] { list.withLock { $0 } }
    func add(_ message: OutboxMessage) { list.withLock { $0.append(message) } }
}

/// Two relays share the work: every message is delivered, none twice, failures come again.
package func outboxConformance(_ database: any Database) async throws {
    let deliveries = Deliveries()
    var settings = OutboxRelay.Settings()
    settings.firstPause = .milliseconds(5)
    settings.poll = .milliseconds(20)
    settings.attempts = 3
    let handlers: [String: OutboxRelay.Handler] = [
        "good": { message in deliveries.add(message) },
        "flaky": { message in
            deliveries.add(message)
            if message.attempt < 3 { throw OutboxRejection("not yet", isFinal: false) }
        },
        "hopeless": { message in
            deliveries.add(message)
            throw CancellationError()
        },
        "refused": { message in
            deliveries.add(message)
            throw OutboxRejection("never", isFinal: true)
        },
    ]
    let relays = (0..<2).map { _ in
        OutboxRelay(database: database, handlers: handlers, settings: settings, logger: Logger(label: "test.outbox"))
    }
    let now = SystemClock().now()
    try await withThrowingTaskGroup(of: Void.self) { group in
        for relay in relays { group.addTask { try await relay.run() } }
        for number in 0..<100 {
            try await enqueue(in: database, "good", "good-\(number)", at: now)
        }
        for topic in ["flaky", "hopeless", "refused", "foreign"] {
            try await enqueue(in: database, topic, topic, at: now)
        }
        try await enqueue(in: database, "good", "later", at: now + .hours(1))
        // A message whose relay died: its lease is over.
        try await database.transaction { transaction in
            _ = try transaction.execute(
                """
                INSERT INTO storage_outbox (id, topic, payload, attempt, available_at_ms, lease, leased_until_ms)
                VALUES ('orphan', 'good', '{}', 1, 0, 'dead', 1)
                """)
        }
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline {
            let backlog = try await database.read { try Outbox.backlog($0) }
            let givenUp = backlog.reduce(0) { $0 + $1.givenUp }
            let waiting = backlog.reduce(0) { $0 + $1.waiting }
            if deliveries.all.count >= 108, (waiting, givenUp) == (2, 2) { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        group.cancelAll()
    }
    let ids = deliveries.all.map(\.id)
    for number in 0..<100 { #expect(ids.count { $0 == "good-\(number)" } == 1) }
    #expect(deliveries.all.filter { $0.id == "flaky" }.map(\.attempt) == [1, 2, 3])
    #expect(deliveries.all.filter { $0.id == "hopeless" }.map(\.attempt) == [1, 2, 3])
    #expect(deliveries.all.filter { $0.id == "refused" }.map(\.attempt) == [1])
    #expect(deliveries.all.filter { $0.id == "orphan" }.map(\.attempt) == [2])
    #expect(ids.count == 108)
    let backlog = try await database.read { try Outbox.backlog($0) }
    #expect(backlog.map(\.topic) == ["foreign", "good", "hopeless", "refused"])
    #expect(backlog.map(\.givenUp) == [0, 0, 1, 1])
    #expect(backlog.map(\.waiting) == [1, 1, 0, 0])
}

private func enqueue(in database: any Database, _ topic: String, _ id: String, at time: Instant) async throws {
    try await database.transaction { transaction in
        for _ in 0..<2 {
            try Outbox.enqueue(in: transaction, topic: topic, payload: #"{"n":1}"#, id: id, availableAt: time)
        }
    }
}
