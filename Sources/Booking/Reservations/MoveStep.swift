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

    func run(in tx: any Transaction) throws -> Reservation {
        let person = old.person ?? ""
        let spans = try CellStore.spans(group: plan.group.id, from: plan.start, to: plan.end, in: tx)
        guard CellStore.cover(spans, from: plan.start, to: plan.end), spans.count <= CheckHold.maximumCells,
            let end = spans.last?.end
        else { throw Problem(.notASlot) }
        // The row first: whoever changes it meanwhile makes this one wait, and then fail as a whole.
        guard
            let moved = try ReservationStore.reschedule(
                old, start: plan.start, end: end, startingAfter: now + core.settings.cancelCutoff, at: now, in: tx)
        else { throw try refusal(in: tx) }
        try core.giveLimits(old, in: tx)
        try core.limits.take(person: person, item: plan.items[0], start: plan.start, in: tx)
        let held = try ClaimStore.claims(of: old.id, in: tx)
        let kept = Set(held.filter { $0.group == plan.group.id }.map(\.start))
        for span in spans where !kept.contains(span.start) {
            // Back where one has just moved away from: the place is still kept.
            if try ClaimStore.resume(reservation: old.id, group: plan.group.id, start: span.start, in: tx) { continue }
            let channel = held.first?.channel ?? plan.channel
            let taken = try CellStore.claim(
                group: plan.group.id, from: span.start, to: span.end, channel: channel, units: 1, in: tx)
            guard taken == [span] else { throw Problem(.slotTaken) }
            try ClaimStore.insert(
                reservation: old.id, group: plan.group.id, cells: taken, channel: channel, units: 1, in: tx)
        }
        try ClaimStore.release(
            reservation: old.id, outside: plan.group.id, from: plan.start, to: plan.end, at: reoffer, in: tx)
        try EventStore.record(core.entry(.moved, moved, at: now), in: tx)
        try BookingMessages.confirmed(moved, core: core, at: now, in: tx)
        return moved
    }

    private func refusal(in tx: any Transaction) throws -> Problem {
        let reservation = try Reservations.own(old.id, person: old.person ?? "", in: tx)
        guard reservation.state == .booked else { return .outOfOrder(reservation.state) }
        guard reservation.version == old.version else { return .busy() }
        return Problem(.tooLate, "It is too late to move this booking.")
    }
}
