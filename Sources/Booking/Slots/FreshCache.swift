import Core
import Synchronization

/// Values that are read again when they grow old, by one reader at a time whatever the number of askers.
///
/// Age counts from the start of the read. Past `refreshAfter` the next asker reads again while the others still get
/// the old value; past `limit` all wait for the one read that is under way.
final class FreshCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value?
        var readAt: ContinuousClock.Instant?
        var reading = false
        var waiters: [CheckedContinuation<Value, any Error>] = []
    }

    private enum Decision {
        case answer(Value)
        case read
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

    /// - Throws: what `read` throws, to all who waited for that read.
    func value(for key: Key, read: () async throws -> Value) async throws -> Value {
        switch decide(key) {
        case .answer(let value): return value
        case .wait:
            return try await withCheckedThrowingContinuation { continuation in
                // Between the two looks the read may have ended.
                let ended: Result<Value, any Error>? = entries.withLock { entries in
                    guard let entry = entries[key] else { return .failure(Problem.busy()) }
                    guard !entry.reading else {
                        entries[key]?.waiters.append(continuation)
                        return nil
                    }
                    return entry.value.map(Result.success) ?? .failure(Problem.busy())
                }
                if let ended { continuation.resume(with: ended) }
            }
        case .read: return try await refresh(key, read)
        }
    }

    /// Makes the next asker read again.
    func invalidate(_ key: Key) {
        entries.withLock { $0[key]?.readAt = nil }
    }

    private func decide(_ key: Key) -> Decision {
        let now = ContinuousClock.now
        return entries.withLock { entries in
            let entry = entries[key] ?? Entry()
            let age = entry.readAt.map { now - $0 } ?? .seconds(3600)
            if let value = entry.value, age < refreshAfter || (age < limit && entry.reading) { return .answer(value) }
            if entry.reading { return .wait }
            if entries.count >= capacity { discard(&entries, now) }
            entries[key, default: Entry()].reading = true
            return .read
        }
    }

    private func refresh(_ key: Key, _ read: () async throws -> Value) async throws -> Value {
        let start = ContinuousClock.now
        do {
            let value = try await read()
            for waiter in finish(key, value, start) { waiter.resume(returning: value) }
            return value
        } catch {
            for waiter in finish(key, nil, nil) { waiter.resume(throwing: error) }
            throw error
        }
    }

    /// - Returns: those who waited for this read.
    private func finish(
        _ key: Key, _ value: Value?, _ readAt: ContinuousClock.Instant?
    ) -> [CheckedContinuation<Value, any Error>] {
        entries.withLock { entries in
            var entry = entries[key] ?? Entry()
            let waiters = entry.waiters
            entry.waiters = []
            entry.reading = false
            entry.value = value ?? entry.value
            entry.readAt = readAt
            entries[key] = entry
            return waiters
        }
    }

    private func discard(_ entries: inout [Key: Entry], _ now: ContinuousClock.Instant) {
        entries = entries.filter { _, entry in
            entry.reading || entry.readAt.map { now - $0 < limit } ?? false
        }
    }
}
