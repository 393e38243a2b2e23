import Catalogue
import Core
import Storage

/// T6 or T18 inside its transaction.
struct RedeemStep: Sendable {
    let booking: Reservation
    let entry: CheckRedeemable.Entry
    let proof: CheckInProof
    let device: String
    let ticket: NewTicket
    let outlook: WaitForecast.Outlook
    let core: BookingCore
    let now: Instant

    /// Looks at the queue before the transaction: the forecast takes milliseconds that writers should not wait for.
    static func prepare(
        _ booking: Reservation, entry: CheckRedeemable.Entry, proof: CheckInProof, device: String, core: BookingCore,
        now: Instant
    ) async throws -> RedeemStep {
        let catalogue = core.catalogue.current
        guard let group = catalogue.group(booking.group), let start = booking.start else {
            throw Problem(.queueClosed, "The windows of this booking are no longer there.")
        }
        let late = entry != .booked
        let ticket = NewTicket(
            id: core.surroundings.newID(), reservation: booking.id, hall: booking.hall, letter: group.letter,
            queue: group.id, reference: late ? now : max(start, now), priority: .ordinary, punctual: !late,
            minutes: catalogue.minutes(of: booking.items), callableAt: late ? now : start - core.settings.callEarly,
            promise: nil)
        return try await ticket.forecast(core: core, at: now) { ticket, outlook in
            RedeemStep(
                booking: booking, entry: entry, proof: proof, device: device, ticket: ticket, outlook: outlook,
                core: core, now: now)
        }
    }

    func run(in tx: any Transaction) throws -> QueueTicket {
        guard let waiting = try enter(in: tx), waiting.revision == booking.revision else { throw try refusal(in: tx) }
        let redemption = Redemption(
            hall: booking.hall, device: device, proof: proof.name, late: entry != .booked, at: now)
        guard try RedemptionStore.insert(redemption, reservation: booking.id, revision: booking.revision, in: tx) else {
            throw try refusal(in: tx)
        }
        return try ticket.issue(
            for: waiting, outlook: outlook, origin: entry.rawValue, core: core, at: now, in: tx)
    }

    /// The visit's own row, first of all; whoever changes it meanwhile makes this one fail as a whole.
    private func enter(in tx: any Transaction) throws -> Reservation? {
        guard entry == .missed else {
            let waiting = try ReservationStore.step(booking.id, .redeem, from: .booked, at: now, in: tx)
            // No open booking any more, but one of its day still.
            if let waiting { try core.giveLimits(waiting, keepsDay: true, in: tx) }
            return waiting
        }
        // T8 first, where the sweeper has not been here yet: places and limits are given back with it.
        if let missed = try ReservationStore.step(booking.id, .missed, from: .booked, at: now, in: tx) {
            try core.end([missed], .missed, at: now, in: tx)
        }
        return try ReservationStore.step(booking.id, .rejoinAfterMiss, from: .noShow, at: now, in: tx)
    }

    private func refusal(in tx: any Transaction) throws -> Problem {
        guard let first = try RedemptionStore.find(reservation: booking.id, in: tx) else {
            let state = try ReservationStore.find(booking.id, in: tx)?.state ?? .cancelled
            return .outOfOrder(state)
        }
        let place = core.catalogue.current.hall(first.hall)?.name.en ?? first.hall
        return Problem(
            .alreadyRedeemed, "Already checked in at \(ProvinceTime.clock(first.at)) at \(place).",
            extensions: [
                JSONValue.Member("redeemedAt", .string(ProvinceTime.format(first.at))),
                JSONValue.Member("hall", .string(first.hall)), JSONValue.Member("device", .string(first.device)),
                JSONValue.Member(
                    "number", try TicketStore.find(reservation: booking.id, in: tx).map { .string($0.number) } ?? .null),
            ])
    }
}
