import Core
import Logging
import Synchronization

/// The deliveries of one topic.
final class OutboxLane: Sendable {
    let topic: String
    private let handler: OutboxRelay.Handler
    private let store: OutboxStore
    private let surroundings: Surroundings
    private let settings: OutboxRelay.Settings
    private let logger: Logger
    private let isStopping = Mutex(false)
    private let running = Mutex(0)
    private let wakes: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    init(
        _ topic: String, _ handler: @escaping OutboxRelay.Handler, _ store: OutboxStore, _ surroundings: Surroundings,
        _ settings: OutboxRelay.Settings, _ logger: Logger
    ) {
        self.topic = topic
        self.handler = handler
        self.store = store
        self.surroundings = surroundings
        self.settings = settings
        self.logger = logger
        (wakes, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func wake() {
        wakeUp.yield()
    }

    func stop() {
        isStopping.withLock { $0 = true }
        wakeUp.finish()
    }

    func run() async {
        await withTaskGroup(of: Void.self) { ticking in
            ticking.addTask { [self] in
                while !Task.isCancelled {
                    wake()
                    try? await Task.sleep(for: settings.poll * Double.random(in: 0.8...1.2))
                }
            }
            await withDiscardingTaskGroup { deliveries in
                for await _ in wakes where !Task.isCancelled {
                    for message in await leaseWhatIsDue() {
                        deliveries.addTask { await self.deliver(message.message, message.lease) }
                    }
                }
            }
            ticking.cancelAll()
        }
    }

    private func leaseWhatIsDue() async -> [(message: OutboxMessage, lease: String)] {
        let free = settings.concurrency - running.withLock { $0 }
        guard free > 0, !isStopping.withLock({ $0 }) else { return [] }
        do {
            let now = surroundings.now()
            guard try await store.isAnyDue(topic, at: now) else { return [] }
            let lease = surroundings.newID()
            let messages = try await store.lease(
                topic, as: lease, at: now, until: now + settings.lease, atMost: free)
            running.withLock { $0 += messages.count }
            return messages.map { ($0, lease) }
        } catch {
            // Being told to stop is no failure.
            guard !Task.isCancelled else { return [] }
            logger.warning("outbox cannot be read", metadata: ["topic": "\(topic)", "error": "\(error)"])
            return []
        }
    }

    private func deliver(_ leased: OutboxMessage, _ lease: String) async {
        var message = leased
        message.isLast = message.attempt >= settings.attempts
        var failure: (any Error)?
        do {
            try await inTime { [handler, message] in try await handler(message) }
        } catch {
            failure = error
        }
        // Told to stop at once: the receiver refused nothing, and the lease will end.
        if failure != nil, Task.isCancelled { return }
        do {
            try await record(message, lease, failure)
        } catch {
            // The lease will end, and the message will be delivered once more.
            logger.warning(
                "outcome of a delivery not recorded", metadata: ["topic": "\(topic)", "message": "\(message.id)"])
        }
        running.withLock { $0 -= 1 }
        wake()
    }

    private func record(_ message: OutboxMessage, _ lease: String, _ failure: (any Error)?) async throws {
        guard let failure else { return try await store.remove(message, lease: lease) }
        let rejection = failure as? OutboxRejection
        let reason = String((rejection?.reason ?? String(describing: type(of: failure))).prefix(300))
        let isFinal = rejection?.isFinal == true || message.isLast
        logger.log(
            level: isFinal ? .error : .notice, isFinal ? "message given up" : "message postponed",
            metadata: [
                "topic": "\(topic)", "message": "\(message.id)", "attempt": "\(message.attempt)", "reason": "\(reason)",
            ])
        let now = surroundings.now()
        if isFinal { return try await store.giveUp(message, lease: lease, at: now, reason) }
        try await store.postpone(message, lease: lease, until: now + pause(after: message.attempt), reason)
    }

    /// Doubling, spread by half to both sides so that messages refused together do not come back together.
    private func pause(after attempt: Int) -> Duration {
        let doubled = settings.firstPause * Double(1 << min(attempt - 1, 30))
        return min(doubled, settings.longestPause) * Double.random(in: 0.5...1.5)
    }

    /// Cancels the delivery before its lease ends, so that no two relays deliver at once.
    private func inTime(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let limit = settings.lease * 0.8
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: limit)
                throw OutboxRejection("no end within \(limit.milliseconds) ms", isFinal: false)
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
