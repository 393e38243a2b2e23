import Synchronization

/// A closure, the task that waits for it, and the outcome so far.
final class Call<Value: Sendable>: PendingCall {
    typealias Body = @Sendable (any SchemaTransaction) throws -> Value

    private enum Caller {
        case arriving
        case waiting(CheckedContinuation<Value, any Error>)
        case claimed(CheckedContinuation<Value, any Error>)
        case gone
    }

    private struct State {
        var caller = Caller.arriving
        var outcome: Result<Value, any Error>?
    }

    let kind: CallKind
    let waitingSince = ContinuousClock.now
    let row: String
    private let body: Body
    private let state = Mutex(State())

    init(_ kind: CallKind, row: String = "", _ body: @escaping Body) {
        self.kind = kind
        self.row = row
        self.body = body
    }

    /// - Returns: `false` when the caller was cancelled before it began to wait; it is told so.
    func wait(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let waits = state.withLock { state in
            if case .gone = state.caller { return false }
            state.caller = .waiting(continuation)
            return true
        }
        if !waits { continuation.resume(throwing: CancellationError()) }
        return waits
    }

    /// Cancellation: a call not yet begun is given up at once, a running one goes on to its end,
    /// because its effect may already be on its way to the disk.
    func giveUp() {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state.caller {
            case .arriving:
                state.caller = .gone
                return nil
            case .waiting(let continuation):
                state.caller = .gone
                return continuation
            case .claimed, .gone:
                return nil
            }
        }
        continuation?.resume(throwing: CancellationError())
    }

    func claim() -> Bool {
        state.withLock { state in
            switch state.caller {
            case .waiting(let continuation):
                state.caller = .claimed(continuation)
                return true
            case .claimed: return true
            case .arriving, .gone: return false
            }
        }
    }

    func attempt(_ session: any Session) throws {
        let outcome = Result {
            let value = try body(session)
            try session.verify()
            return value
        }
        state.withLock { $0.outcome = outcome }
        _ = try outcome.get()
    }

    func answer() {
        settle { $0 ?? .failure(StorageError.unavailable("the call was not run")) }
    }

    func fail(_ error: any Error) {
        settle { _ in .failure(error) }
    }

    private func settle(_ choose: (Result<Value, any Error>?) -> Result<Value, any Error>) {
        let (continuation, outcome) = state.withLock { state in
            let continuation: CheckedContinuation<Value, any Error>? =
                switch state.caller {
                case .waiting(let continuation), .claimed(let continuation): continuation
                case .arriving, .gone: nil
                }
            state.caller = .gone
            return (continuation, choose(state.outcome))
        }
        continuation?.resume(with: outcome)
    }
}
