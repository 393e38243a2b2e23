import Core

/// The boards that follow one hall.
struct BoardFeed: Sendable {
    private struct Follower {
        let continuation: AsyncStream<BoardEvent>.Continuation
        /// Sequence number of the last event handed over; `nil` while the board is being told what it missed.
        var last: Int64?
        var held: [BoardEvent] = []
    }

    private var followers: [String: Follower] = [:]
    /// The last sequence number that was read for this hall.
    private(set) var last: Int64

    init(last: Int64) {
        self.last = last
    }

    var isEmpty: Bool { followers.isEmpty }

    mutating func join(_ id: String, _ continuation: AsyncStream<BoardEvent>.Continuation) {
        followers[id] = Follower(continuation: continuation)
    }

    mutating func leave(_ id: String) {
        followers[id] = nil
    }

    /// Hands over what was missed, and then what came since `sequence`.
    mutating func begin(_ id: String, with missed: [BoardEvent], upTo sequence: Int64) {
        guard var follower = followers[id] else { return }
        for event in missed { follower.continuation.yield(event) }
        for event in follower.held where event.sequence > sequence { follower.continuation.yield(event) }
        follower.last = max(sequence, follower.held.last?.sequence ?? sequence)
        follower.held = []
        followers[id] = follower
    }

    mutating func tell(_ events: [BoardEvent], upTo sequence: Int64) {
        for id in Array(followers.keys) {
            guard var follower = followers[id] else { continue }
            if let seen = follower.last {
                for event in events where event.sequence > seen { follower.continuation.yield(event) }
                follower.last = max(seen, sequence)
            } else {
                follower.held += events
            }
            followers[id] = follower
        }
        last = max(last, sequence)
    }

    func finish() {
        for follower in followers.values { follower.continuation.finish() }
    }
}
