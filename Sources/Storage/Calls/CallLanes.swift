import DequeModule

/// The order in which waiting calls are served.
///
/// Calls without a key are served one by one, first come first served. Calls with the same key
/// share a lane: whoever takes the lane takes what waits in it, and the lane is not handed out
/// again before that group has ended. So a hot row is worked on by one connection at a time,
/// with one commit for many callers, and lanes take turns.
struct CallLanes {
    struct Group {
        let key: String?
        let calls: [any PendingCall]
    }

    private enum Turn {
        case single(any PendingCall)
        case lane(String)
    }

    private var turns = Deque<Turn>()
    private var lanes = [String: Deque<any PendingCall>]()
    private(set) var count = 0

    /// - Returns: whether there is a new turn that somebody could take.
    mutating func add(_ call: any PendingCall, key: String?) -> Bool {
        count += 1
        guard let key else {
            turns.append(.single(call))
            return true
        }
        if lanes[key]?.append(call) != nil { return false }
        lanes[key] = [call]
        turns.append(.lane(key))
        return true
    }

    mutating func take(atMost limit: Int) -> Group? {
        guard let turn = turns.popFirst() else { return nil }
        switch turn {
        case .single(let call):
            count -= 1
            return Group(key: nil, calls: [call])
        case .lane(let key):
            var calls = [any PendingCall]()
            while calls.count < limit, let call = lanes[key]?.popFirst() { calls.append(call) }
            count -= calls.count
            return Group(key: key, calls: calls)
        }
    }

    /// Gives a taken lane back.
    /// - Returns: whether more calls came meanwhile and the lane has a new turn.
    mutating func finish(_ group: Group) -> Bool {
        guard let key = group.key else { return false }
        if lanes[key]?.isEmpty ?? true {
            lanes[key] = nil
            return false
        }
        turns.append(.lane(key))
        return true
    }
}
