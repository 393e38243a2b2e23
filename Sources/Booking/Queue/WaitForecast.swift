import Core

/// Plays the calling order forward to see when one ticket would be called.
///
/// Service times are drawn around each item's planned minutes with the spread that counters show (coefficient
/// of variation about 0.6); the draws come from a fixed sequence, so equal queues get equal forecasts.
struct WaitForecast: Sendable {
    /// The work of one forecast grows with runs × waiting²; a long queue is steadier and needs fewer runs.
    private static func runs(waiting: Int) -> Int { max(9, min(60, 400_000 / max(1, waiting * waiting))) }

    let order: CallingOrder

    struct Outlook: Sendable, Hashable {
        let estimate: WaitEstimate
        /// Tickets called before this one in the middle run.
        let ahead: Int
        /// Whether a window is open; else the estimate begins when one opens.
        let isStaffed: Bool
    }

    /// - Parameters:
    ///   - ticket: id of one of `waiting`.
    ///   - busyUntil: for each open window, when it is expected to be free; now for an idle one. Empty when no
    ///     window is open: the forecast then assumes that one opens now.
    func outlook(for ticket: String, waiting: [Candidate], busyUntil: [Instant], at now: Instant) -> Outlook {
        var delays = [Int64]()
        var aheads = [Int]()
        var draws = DrawSequence(seed: 0x9E37_79B9_7F4A_7C15)
        let queue = PlayedQueue(waiting, order: order)
        let own = waiting.firstIndex { $0.ticket == ticket }
        let busy = (busyUntil.isEmpty ? [now] : busyUntil).map { max(0, ($0 - now).milliseconds) }
        for _ in 0..<WaitForecast.runs(waiting: waiting.count) {
            let (delay, ahead) = WaitForecast.run(own, queue, busy, now.milliseconds, &draws)
            delays.append(delay)
            aheads.append(ahead)
        }
        delays.sort()
        aheads.sort()
        func minutes(_ share: Double) -> Int {
            let index = Int((Double(delays.count - 1) * share).rounded())
            return Int((delays[index] + 59_999) / 60_000)
        }
        return Outlook(
            estimate: WaitEstimate(median: minutes(0.5), low: minutes(0.1), high: minutes(0.9)),
            ahead: aheads[aheads.count / 2], isStaffed: !busyUntil.isEmpty)
    }

    /// One run, in whole milliseconds.
    ///
    /// - Parameters:
    ///   - own: position of the ticket in question.
    ///   - busy: for each window, how long it is still expected to be busy.
    /// - Returns: when the ticket is called, and how many were called before it.
    private static func run(
        _ own: Int?, _ waiting: PlayedQueue, _ busy: [Int64], _ now: Int64, _ draws: inout DrawSequence
    ) -> (Int64, Int) {
        var queue = waiting
        var free = busy.map { $0 == 0 ? now : now + Int64(Double($0) * draws.service()) }
        var ahead = 0
        while let window = free.indices.min(by: { free[$0] < free[$1] }) {
            let time = free[window]
            guard let next = queue.callNext(at: time) else { break }
            if next.ticket == own { return (time - now, ahead) }
            ahead += 1
            free[window] = time + Int64(next.milliseconds * draws.service())
        }
        return (0, ahead)
    }
}

/// Repeatable draws of a service time relative to its mean.
struct DrawSequence: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Mean 1, coefficient of variation about 0.58: the sum of three exponential stages (Erlang 3).
    mutating func service() -> Double {
        -(logarithm(unit()) + logarithm(unit()) + logarithm(unit())) / 3
    }

    /// SplitMix64 (Steele, Lea & Flood 2014), in (0, 1].
    private mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return Double((value >> 11) + 1) / 9_007_199_254_740_992
    }
}
