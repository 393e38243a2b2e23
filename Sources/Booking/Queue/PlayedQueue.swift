import Core

/// A queue laid out for a forecast, which asks thousands of times who comes next: numbers only, in the order that
/// decides among equals. It answers as `CallingOrder.next` does.
struct PlayedQueue {
    private struct Place {
        let ticket: Int
        let rate: Double
        let reference: Int64
        let callableAt: Int64
        let isAtHead: Bool
        /// How many more are called before this one is in turn again (T12).
        var behind: Int
        let milliseconds: Double

        /// As in `CallingOrder`, for one who may be called: before all, in turn, behind others.
        var tier: Int { isAtHead ? -1 : behind > 0 ? 1 : 0 }
    }

    struct Next: Equatable {
        /// Position in the list of candidates that the queue was made of.
        let ticket: Int
        /// Planned length of the service.
        let milliseconds: Double
    }

    private let scale: CallingOrder.Scale
    private var places: [Place]
    private let someStandBehind: Bool

    init(_ candidates: [Candidate], order: CallingOrder) {
        scale = CallingOrder.Scale(order.settings)
        someStandBehind = candidates.contains { $0.behind > 0 }
        places = candidates.enumerated()
            .sorted { left, right in
                (left.element.head ?? left.element.reference, left.element.number)
                    < (right.element.head ?? right.element.reference, right.element.number)
            }
            .map { index, candidate in
                Place(
                    ticket: index, rate: order.rate(of: candidate), reference: candidate.reference.milliseconds,
                    callableAt: candidate.callableAt.milliseconds,
                    isAtHead: candidate.head != nil, behind: candidate.behind,
                    milliseconds: Double(candidate.minutes) * 60_000)
            }
    }

    /// Takes out whom to call at a time; `nil` when nobody is left.
    mutating func callNext(at now: Int64) -> Next? {
        var best: (index: Int, tier: Int, score: Double)?
        for (index, place) in places.enumerated() {
            let tier = place.tier >= 0 && place.callableAt > now ? 2 : place.tier
            if let best, tier > best.tier { continue }
            let score = tier < 0 ? 0 : scale.score(milliseconds: now - place.reference, rate: place.rate)
            // Of equals the first stays.
            if let best, tier == best.tier, score <= best.score { continue }
            best = (index, tier, score)
        }
        guard let best else { return nil }
        let place = places.remove(at: best.index)
        if someStandBehind {
            for index in places.indices where places[index].behind > 0 { places[index].behind -= 1 }
        }
        return Next(ticket: place.ticket, milliseconds: place.milliseconds)
    }
}
