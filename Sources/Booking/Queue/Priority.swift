import Core

/// One waiting ticket, as the order of calling sees it.
struct Candidate: Sendable, Hashable {
    let ticket: String
    let number: String
    let priority: PriorityClass
    /// A booked person who checked in on time.
    let punctual: Bool
    /// From when waiting counts: the slot's start for a punctual booked person, the check-in for all others.
    let reference: Instant
    /// A booked person is not called before this, unless the window would idle.
    let callableAt: Instant
    /// After missing a call: how many others go first.
    let behind: Int
    let minutes: Int
    /// When the window to which this ticket had been called was left: it goes before all others.
    var head: Instant?
}

/// Accumulating priority (Kleinrock 1964): each class earns priority linearly with waiting, at its own rate,
/// so nobody starves; past the ceiling everybody earns at the top rate.
struct CallingOrder: Sendable {
    let settings: BookingSettings

    func score(_ candidate: Candidate, at now: Instant) -> Double {
        Scale(settings).score(
            milliseconds: now.milliseconds - candidate.reference.milliseconds, rate: rate(of: candidate))
    }

    /// What the settings make of a wait.
    struct Scale {
        private let top: Double
        private let ceiling: Double

        init(_ settings: BookingSettings) {
            top = max(settings.rateBooked, settings.ratePriority, settings.rateOrdinary)
            ceiling = Double(settings.waitCeiling.milliseconds) / 60_000
        }

        func score(milliseconds: Int64, rate: Double) -> Double {
            let waited = Double(milliseconds) / 60_000
            guard waited > 0 else { return waited }
            return rate * min(waited, ceiling) + top * max(0, waited - ceiling)
        }
    }

    func rate(of candidate: Candidate) -> Double {
        let byClass = candidate.priority == .ordinary ? settings.rateOrdinary : settings.ratePriority
        return candidate.punctual ? max(byClass, settings.rateBooked) : byClass
    }

    /// Whom to call now, best first. Those whose window was left under them go before all, in the order in which that
    /// happened; those who missed a call go behind others, and early booked people come last: they are called only
    /// when nobody else is there.
    func ranked(_ candidates: [Candidate], at now: Instant) -> [Candidate] {
        candidates.map { ($0, key($0, at: now)) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    func next(of candidates: [Candidate], at now: Instant) -> Candidate? {
        var best: (candidate: Candidate, rank: Rank)?
        for candidate in candidates {
            let rank = key(candidate, at: now)
            if best.map({ rank < $0.rank }) ?? true { best = (candidate, rank) }
        }
        return best?.candidate
    }

    private func key(_ candidate: Candidate, at now: Instant) -> Rank {
        if let head = candidate.head {
            return Rank(tier: -1, negativeScore: 0, reference: head, number: candidate.number)
        }
        let early = candidate.callableAt > now
        return Rank(
            tier: early ? 2 : candidate.behind > 0 ? 1 : 0, negativeScore: -score(candidate, at: now),
            reference: candidate.reference, number: candidate.number)
    }

    private struct Rank: Comparable {
        let tier: Int
        let negativeScore: Double
        let reference: Instant
        let number: String

        static func < (left: Rank, right: Rank) -> Bool {
            (left.tier, left.negativeScore, left.reference, left.number)
                < (right.tier, right.negativeScore, right.reference, right.number)
        }
    }
}
