import Core
import Foundation
import Synchronization

/// What the threads of a pool know together about a server that cannot be reached: one of them
/// tries again from time to time, the others wait a little and then tell their callers.
final class PostgresOutage: Sendable {
    private struct State {
        var since: ContinuousClock.Instant?
        var nextAttempt = ContinuousClock.now
        var pause = Duration.zero
        var reason = ""
    }

    private let patience: Duration
    private let state = Mutex(State())

    init(patience: Duration) {
        self.patience = patience
    }

    /// Returns when this thread may try to connect; blocks it until then.
    ///
    /// - Throws: `StorageError.unavailable` when the outage has lasted longer than callers can wait.
    func waitForTurn() throws {
        while true {
            let wait: Duration? = try state.withLock { state in
                guard let since = state.since else { return nil }
                let now = ContinuousClock.now
                if now >= state.nextAttempt {
                    state.nextAttempt = now + state.pause
                    return nil
                }
                guard now - since < patience else { throw StorageError.unavailable(state.reason) }
                return min(state.nextAttempt - now, .milliseconds(50))
            }
            guard let wait else { return }
            Thread.sleep(forTimeInterval: Double(max(1, wait.milliseconds)) / 1000)
        }
    }

    /// - Returns: whether this is news, so that an outage is logged once.
    func failed(_ error: any Error) -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            let isNews = state.since == nil
            state.since = state.since ?? now
            if case StorageError.unavailable(let reason) = error { state.reason = reason }
            state.pause = min(max(state.pause * 2, .milliseconds(100)), .seconds(2))
            // Many servers of one database must not come back in step.
            state.nextAttempt = now + state.pause * Double.random(in: 0.7...1.3)
            return isNews
        }
    }

    /// - Returns: whether this ends an outage.
    func succeeded() -> Bool {
        state.withLock { state in
            defer { (state.since, state.pause) = (nil, .zero) }
            return state.since != nil
        }
    }
}
