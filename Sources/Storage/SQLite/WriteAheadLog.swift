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
        /// Neither side tries again before, so that a long read does not make it try after every commit.
        var nextRestart = 0
        var nextMove = 0
        var isBegun = false
        var isMoving = false
        var isClosed = false
        var isToldStuck = false

        var owedPages: Int { pages - movedPages }

        mutating func beginRound() {
            (movedPages, nextRestart, nextMove, isToldStuck) = (0, 0, 0, false)
            round += 1
        }
    }

    private let limit: Int
    /// Pages that are worth moving: few, as commits wait for the disk behind the flush that follows.
    private let portion: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    /// SQLite refuses a second checkpoint while one is under way.
    private let turn = Mutex(())

    /// - Parameter limit: pages from which on the log is to begin anew; it may grow to eight times as many while the
    ///   disk is slow, and beyond that while a read needs its pages.
    init(limit: Int) {
        self.limit = max(1, limit)
        portion = max(1, limit / 8)
    }

    /// After each commit of the writer.
    ///
    /// - Parameter pages: in the log, what has been moved included.
    func grew(to pages: Int) {
        let wakes = state.withLock { state in
            if pages < state.pages { state.beginRound() }
            state.pages = pages
            if !state.isBegun {
                // What stands there already is moved by the process whose it is, or with all else when the log is long:
                // a command beside the server must not move it for the sake of one row.
                state.isBegun = true
                state.movedPages = pages
                state.nextRestart = pages + limit
            }
            guard !state.isMoving, !state.isClosed, state.owedPages >= portion, pages >= state.nextMove else {
                return false
            }
            state.isMoving = true
            return true
        }
        if wakes { wakeUp.signal() }
    }

    /// Whether the writer shall move the rest now.
    var isRestartDue: Bool {
        state.withLock { state in
            guard state.pages >= max(limit, state.nextRestart) else { return false }
            return state.pages >= 8 * limit || !state.isMoving && state.owedPages <= portion
        }
    }

    /// The writer's share, between two groups. Waits for the checkpointer where it is at work.
    ///
    /// - Parameter checkpoint: answers how many pages of the log are in the file now, `nil` when that is not known.
    /// - Returns: whether it is news that the log is too long and cannot be moved.
    func restart(_ checkpoint: () -> Int?) -> Bool {
        turn.withLock { _ in
            let moved = checkpoint()
            return state.withLock { state in
                state.movedPages = moved ?? state.movedPages
                state.nextRestart = state.pages + portion
                guard state.pages >= 8 * limit, state.owedPages > portion, !state.isToldStuck else { return false }
                state.isToldStuck = true
                return true
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
    ///
    /// - Parameter checkpoint: gets how many pages were in the file before, and answers as in `restart`.
    /// - Returns: whether so much came meanwhile that it is worth doing at once again.
    func move(_ checkpoint: (_ before: Int) throws -> Int?) rethrows -> Bool {
        try turn.withLock { _ in
            let (round, before, owed) = state.withLock { ($0.round, $0.movedPages, $0.owedPages) }
            // A checkpoint of nothing, beside a commit that begins the log anew, makes SQLite before 3.51.3 take the
            // new pages for moved (sqlite.org/wal.html#walresetbug).
            guard owed > 0 else { return false }
            let moved = try checkpoint(before)
            return state.withLock { state in
                guard state.round == round else { return false }
                state.movedPages = moved ?? before
                guard state.movedPages > before else {
                    state.nextMove = state.pages + portion
                    return false
                }
                return state.owedPages > portion / 2 && !state.isClosed
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
