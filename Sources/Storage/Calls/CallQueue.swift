import Core
import Dispatch
import Synchronization

/// Where tasks leave their calls and database threads pick them up; bounded.
final class CallQueue: Sendable {
    private struct State {
        var lanes = CallLanes()
        /// Threads asleep for which no signal is under way yet.
        var sleepers = 0
        /// Groups that have been taken and not finished.
        var underWay = 0
        var isClosed = false
    }

    private let metrics: StorageMetrics
    private let capacity: Int
    private let maximumWait: Duration
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - capacity: how many calls may wait; further ones are refused with `StorageError.busy`.
    ///   - maximumWait: a call that has waited longer is refused with `StorageError.busy`
    ///     instead of being run: its caller has most likely gone.
    init(capacity: Int, maximumWait: Duration, metrics: StorageMetrics) {
        self.metrics = metrics
        self.capacity = capacity
        self.maximumWait = maximumWait
    }

    /// Leaves a call and waits for its outcome, without blocking a thread.
    func run<Value: Sendable>(
        _ kind: CallKind, lane: CallLane?, _ body: @escaping Call<Value>.Body
    ) async throws -> Value {
        let call = Call(kind, row: lane?.row ?? "", body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard call.wait(continuation) else { return }
                do {
                    try add(call, key: lane?.name)
                } catch {
                    call.fail(error)
                }
            }
        } onCancel: {
            call.giveUp()
        }
    }

    private func add(_ call: any PendingCall, key: String?) throws {
        let wakes = try state.withLock { state in
            guard !state.isClosed else { throw StorageError.unavailable("the database has been closed") }
            guard state.lanes.count < capacity else {
                metrics.countRefusal()
                throw StorageError.busy
            }
            return state.lanes.add(call, key: key) && CallQueue.claimSleeper(&state)
        }
        if wakes { wakeUp.signal() }
    }

    /// The next group to work on; blocks the calling database thread.
    ///
    /// - Parameter patience: after this long without work the answer is `.idle`; `nil` waits on.
    func take(atMost limit: Int, patience: Duration? = nil) -> Taken {
        while true {
            let taken: Taken? = state.withLock { state in
                while let group = state.lanes.take(atMost: limit) {
                    let calls = group.calls.filter { $0.claim() }
                    if !calls.isEmpty {
                        state.underWay += 1
                        return .group(CallLanes.Group(key: group.key, calls: calls))
                    }
                    _ = state.lanes.finish(group)
                }
                if state.isClosed { return .closed }
                state.sleepers += 1
                return nil
            }
            switch taken {
            case .group(let group):
                if let first = group.calls.first { metrics.record(metrics.wait, since: first.waitingSince) }
                if let fresh = refuseStale(group) { return .group(fresh) }
            case .some(let other): return other
            case nil:
                if !sleep(patience) { return .idle }
            }
        }
    }

    /// Must follow every group taken, when the next group of its lane may be served.
    func finish(_ group: CallLanes.Group) {
        let wakes = state.withLock { state in
            state.underWay -= 1
            return state.lanes.finish(group) && CallQueue.claimSleeper(&state)
        }
        if wakes { wakeUp.signal() }
    }

    /// Calls that wait, and groups that are being worked on.
    var load: (waiting: Int, underWay: Int) { state.withLock { ($0.lanes.count, $0.underWay) } }

    /// Refuses further calls; those that wait are still served.
    func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { wakeUp.signal() }
    }

    private func refuseStale(_ group: CallLanes.Group) -> CallLanes.Group? {
        let oldest = ContinuousClock.now - maximumWait
        guard group.calls.contains(where: { $0.waitingSince < oldest }) else { return group }
        for call in group.calls where call.waitingSince < oldest {
            metrics.countRefusal()
            call.fail(StorageError.busy)
        }
        let fresh = CallLanes.Group(key: group.key, calls: group.calls.filter { $0.waitingSince >= oldest })
        guard fresh.calls.isEmpty else { return fresh }
        finish(group)
        return nil
    }

    private static func claimSleeper(_ state: inout State) -> Bool {
        guard state.sleepers > 0 else { return false }
        state.sleepers -= 1
        return true
    }

    /// - Returns: `false` when nothing came within the time.
    private func sleep(_ patience: Duration?) -> Bool {
        guard let patience else {
            wakeUp.wait()
            return true
        }
        let deadline = DispatchTime.now() + .milliseconds(Int(patience.milliseconds))
        if wakeUp.wait(timeout: deadline) == .success { return true }
        // A signal that was sent in the same moment is ours: it must not wake a later sleeper.
        let signalled = state.withLock { !CallQueue.claimSleeper(&$0) }
        if signalled { wakeUp.wait() }
        return signalled
    }
}

enum Taken {
    case group(CallLanes.Group)
    case idle
    case closed
}
