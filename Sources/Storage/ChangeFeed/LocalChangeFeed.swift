import Synchronization

/// One announcement made inside a transaction, published once that has committed.
struct Notice: Sendable, Hashable {
    /// PostgreSQL's limit is 8,000 bytes for channel and payload; SQLite keeps to the same.
    static let maximumPayload = 4000

    let channel: String
    let payload: String

    /// - Throws: `StorageError.statement` for a payload over the limit or a channel that is no short plain name.
    init(_ channel: String, _ payload: String) throws {
        guard payload.utf8.count <= Notice.maximumPayload, !payload.utf8.contains(0) else {
            throw StorageError.statement("a notification carries at most \(Notice.maximumPayload) bytes, without NUL")
        }
        guard (1...40).contains(channel.utf8.count),
            channel.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { throw StorageError.statement("a channel is 1…40 characters of a–z, 0–9 and _") }
        self.channel = channel
        self.payload = payload
    }
}

/// The listeners of this process.
final class LocalChangeFeed: Sendable {
    private struct State {
        var listeners = [String: [Int: AsyncStream<Change>.Continuation]]()
        var nextID = 0
        var isFinished = false
    }

    /// A listener that falls further behind loses the oldest announcements and is told so.
    private static let backlog = 1024

    private let state = Mutex(State())

    func listen(_ channel: String) -> AsyncStream<Change> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Change.self, bufferingPolicy: .bufferingNewest(LocalChangeFeed.backlog))
        let id: Int? = state.withLock { state in
            guard !state.isFinished else { return nil }
            state.nextID += 1
            state.listeners[channel, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[channel]?[id] = nil }
        }
        return stream
    }

    func publish(_ notices: some Sequence<Notice>) {
        for notice in notices { publish(channel: notice.channel, payload: notice.payload) }
    }

    func publish(channel: String, payload: String) {
        let listeners = state.withLock { Array($0.listeners[channel, default: [:]].values) }
        for listener in listeners { LocalChangeFeed.hand(.payload(payload), to: listener) }
    }

    /// Tells listeners to read afresh.
    /// - Parameter channels: `nil` means all.
    func publishMissed(_ channels: Set<String>? = nil) {
        let listeners = state.withLock { state in
            state.listeners.filter { channels?.contains($0.key) ?? true }.values.flatMap(\.values)
        }
        for listener in listeners { listener.yield(.missed) }
    }

    var hasListeners: Bool {
        state.withLock { $0.listeners.values.contains { !$0.isEmpty } }
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return state.listeners.values.flatMap(\.values)
        }
        for listener in listeners { listener.finish() }
    }

    private static func hand(_ change: Change, to listener: AsyncStream<Change>.Continuation) {
        if case .dropped = listener.yield(change) { listener.yield(.missed) }
    }
}
