import Dispatch
import Synchronization

/// How long the write-ahead log is and how much of it is back in the file already: what the writer and the
/// checkpointer tell each other.
///
/// The checkpointer moves pages while the writer goes on; but only somebody who keeps everybody from writing can move
/// the last of them, so that the log begins anew. That is the writer between two groups, when little is left to move.
final class WriteAheadLog: Sendable {
    private struct State {
        var pages = 0
        var movedPages = 0
        /// How often the log has begun anew: what was moved before counts no longer.
        var round = 0
        /// The writer does not try again before, so that a long read does not make it try after every commit.
        var nextTry = 0
        var isMoving = false
        var isClosed = false

        var owedPages: Int { pages - movedPages }
    }

    private let limit: Int
    /// Pages that are moved and flushed at once. Commits wait for the disk behind such a flush, so it must be short.
    private let portion: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    /// SQLite refuses a second checkpoint while one is under way.
    private let turn = Mutex(())

    /// - Parameter limit: pages from which on the log is to begin anew; it may grow to eight times as many while the
    ///   disk is slow.
    init(limit: Int) {
        self.limit = max(1, limit)
        portion = max(1, limit / 8)
    }

    /// After each commit of the writer.
    ///
    /// - Parameter pages: in the log, what has been moved included.
    func grew(to pages: Int) {
        let wakes = state.withLock { state in
            if pages < state.pages { state = State(round: state.round + 1, isMoving: state.isMoving) }
            state.pages = pages
            guard !state.isMoving, !state.isClosed, state.owedPages >= portion else { return false }
            state.isMoving = true
            return true
        }
        if wakes { wakeUp.signal() }
    }

    /// Whether the writer shall move the rest now.
    var isRestartDue: Bool {
        state.withLock { state in
            guard state.pages >= max(limit, state.nextTry) else { return false }
            return state.pages >= 8 * limit || !state.isMoving && state.owedPages <= portion
        }
    }

    /// The writer's share, between two groups. Waits for the checkpointer where it is at work.
    func restart(_ checkpoint: () -> Checkpoint?) {
        turn.withLock { _ in
            let done = checkpoint()
            state.withLock { state in
                if let done { state.movedPages = done.movedPages }
                state.nextTry = state.pages + portion
            }
        }
    }

    /// Blocks the checkpointer's thread until there is enough to move.
    /// - Returns: false after `close`.
    func waitForWork() -> Bool {
        wakeUp.wait()
        return state.withLock { !$0.isClosed }
    }

    /// The checkpointer's share.
    /// - Returns: whether so much came meanwhile that it is worth doing at once again.
    func move(_ checkpoint: () throws -> Checkpoint) rethrows -> Bool {
        let (round, before) = state.withLock { ($0.round, $0.movedPages) }
        return try turn.withLock { _ in
            let done = try checkpoint()
            return state.withLock { state in
                guard state.round == round else { return false }
                state.movedPages = done.movedPages
                return state.movedPages > before && state.owedPages > portion / 2 && !state.isClosed
            }
        }
    }

    /// Must follow every `waitForWork` that answered true.
    func rest() {
        state.withLock { $0.isMoving = false }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }
}

/// What a checkpoint came to.
struct Checkpoint {
    /// Pages in the log.
    let pages: Int
    /// Those of them that are in the file.
    let movedPages: Int
}
