import Core
import Synchronization

/// Values that are read again when they grow old, by one reader at a time whatever the number of askers.
///
/// Age counts from the start of the read. Past `refreshAfter` the next asker reads again while the others still get
/// the old value; past `limit`, or when they ask for something newer, all wait for the one read that is under way.
final class FreshCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Moment = ContinuousClock.Instant

    private struct Entry {
        var value: Value?
        /// When the read of `value` began.
        var readAt: Moment?
        /// When the read under way began.
        var readingSince: Moment?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private enum Decision {
        case answer(Value)
        case read(Moment)
        case wait
    }

    private let entries = Mutex<[Key: Entry]>([:])
    private let refreshAfter: Duration
    private let limit: Duration
    private let capacity: Int

    /// - Parameter capacity: about how many keys are kept; old ones go first.
    init(refreshAfter: Duration, limit: Duration, capacity: Int) {
        self.refreshAfter = refreshAfter
        self.limit = limit
        self.capacity = capacity
    }

    /// - Parameter notBefore: the answer comes from a read that began after this.
    /// - Throws: what `read` throws.
    func value(
        for key: Key, notBefore: ContinuousClock.Instant? = nil, read: () async throws -> Value
    ) async throws -> Value {
        while true {
            switch decide(key, notBefore) {
            case .answer(let value): return value
            case .read(let start): return try await refresh(key, since: start, read)
            case .wait: await waitForRead(of: key)
            }
        }
    }

    private func decide(_ key: Key, _ notBefore: Moment?) -> Decision {
        let now = ContinuousClock.now
        return entries.withLock { entries in
            if let entry = entries[key] {
                if let value = entry.value, let readAt = entry.readAt, notBefore.map({ readAt >= $0 }) ?? true {
                    let age = now - readAt
                    if age < refreshAfter || (age < limit && entry.readingSince != nil) { return .answer(value) }
                }
                if entry.readingSince != nil { return .wait }
            }
            if entries.count >= capacity { discard(&entries, now) }
            entries[key, default: Entry()].readingSince = now
            return .read(now)
        }
    }

    private func waitForRead(of key: Key) async {
        await withCheckedContinuation { continuation in
            let ended = entries.withLock { entries in
                guard entries[key]?.readingSince != nil else { return true }
                entries[key]?.waiters.append(continuation)
                return false
            }
            // Between the two looks the read may have ended.
            if ended { continuation.resume() }
        }
    }

    private func refresh(_ key: Key, since start: Moment, _ read: () async throws -> Value) async throws -> Value {
        do {
            let value = try await read()
            finish(key) { entry in
                entry.value = value
                entry.readAt = start
            }
            return value
        } catch {
            finish(key) { _ in }
            throw error
        }
    }

    private func finish(_ key: Key, _ change: (inout Entry) -> Void) {
        let waiters = entries.withLock { entries in
            var entry = entries[key] ?? Entry()
            change(&entry)
            let waiters = entry.waiters
            entry.waiters = []
            entry.readingSince = nil
            entries[key] = entry
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func discard(_ entries: inout [Key: Entry], _ now: Moment) {
        entries = entries.filter { _, entry in
            entry.readingSince != nil || entry.readAt.map { now - $0 < limit } ?? false
        }
    }
}
