import Catalogue
import Core
import Storage

/// T5 inside its transaction.
struct MoveStep: Sendable {
    let plan: HoldPlan
    /// As it was read; the move fails when it has changed since.
    let old: Reservation
    /// When the places left behind are offered again.
    let reoffer: Instant
    let core: BookingCore
    let now: Instant

    /// The row, its claims, the cells, the person's limits: in this order, and each kind in its own, everybody locks,
    /// so that a move and a hold never wait for each other crosswise.
    func run(in tx: any Transaction) throws -> Reservation {
        let group = plan.group.id
        let spans = try plan.cells(in: tx)
        // The row first: whoever changes it meanwhile makes this one wait, and then fail as a whole.
        guard
            let moved = try ReservationStore.reschedule(
                old, group: group, start: plan.start, end: spans.last?.end ?? plan.end,
                startingAfter: now + core.settings.cancelCutoff, moves: core.settings.moveLimit, at: now, in: tx)
        else { throw try refusal(in: tx) }
        let held = try ClaimStore.claims(of: old.id, in: tx)
        let kept = Set(held.filter { $0.group == group }.map(\.start))
        let channel = held.first?.channel ?? plan.channel
        let wanted = try spans.filter { span in
            // Back where one has just moved away from: the place is still kept.
            try !kept.contains(span.start)
                && !ClaimStore.resume(reservation: old.id, group: group, start: span.start, in: tx)
        }
        try ClaimStore.release(
            reservation: old.id, outside: group, from: plan.start, to: plan.end, at: reoffer, in: tx)
        guard try CellStore.claim(wanted, group: group, channel: channel, in: tx) else { throw Problem(.slotTaken) }
        try ClaimStore.insert(reservation: old.id, group: group, cells: wanted, channel: channel, units: 1, in: tx)
        try core.limits.move(
            person: old.person ?? "", items: plan.items, from: old.start ?? plan.start, to: plan.start, at: now, in: tx)
        try EventStore.record(core.entry(.moved, moved, at: now), in: tx)
        try BookingMessages.confirmed(moved, core: core, at: now, in: tx)
        return moved
    }

    private func refusal(in tx: any Transaction) throws -> Problem {
        let reservation = try Reservations.own(old.id, person: old.person ?? "", in: tx)
        guard reservation.state == .booked else { return .outOfOrder(reservation.state) }
        guard reservation.version == old.version else { return .busy() }
        guard reservation.canBeMovedAgain(core.settings) else {
            return Problem(
                .limitReached, "A booking can be moved \(core.settings.moveLimit) times; it stands as it is.")
        }
        return Problem(.tooLate, "It is too late to move this booking.")
    }
}

extension Reservation {
    /// Whether it has been moved less often than it may be. The first ticket has revision 1; each move issues another.
    func canBeMovedAgain(_ settings: BookingSettings) -> Bool {
        settings.moveLimit == 0 || revision <= settings.moveLimit
    }
}
