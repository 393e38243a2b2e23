import Catalogue
import Core
import Storage

/// T6 inside its transaction.
struct RedeemStep: Sendable {
    let booking: Reservation
    let proof: CheckInProof
    let device: String
    let ticket: NewTicket
    let outlook: WaitForecast.Outlook
    let core: BookingCore
    let now: Instant

    /// Looks at the queue before the transaction: the forecast takes milliseconds that writers should not wait for.
    static func prepare(
        _ booking: Reservation, proof: CheckInProof, device: String, core: BookingCore, now: Instant
    ) async throws -> RedeemStep {
        let catalogue = core.catalogue.current
        guard let group = catalogue.group(booking.group), let start = booking.start else {
            throw Problem(.queueClosed, "The windows of this booking are no longer there.")
        }
        let late = CheckRedeemable.timing(of: booking, settings: core.settings, at: now) != .punctual
        let ticket = NewTicket(
            id: core.surroundings.newID(), reservation: booking.id, hall: booking.hall, letter: group.letter,
            queue: group.id, reference: late ? now : max(start, now), priority: .ordinary, punctual: !late,
            minutes: catalogue.minutes(of: booking.items), callableAt: late ? now : start - core.settings.callEarly,
            promise: nil)
        return try await ticket.forecast(core: core, at: now) { ticket, outlook in
            RedeemStep(
                booking: booking, proof: proof, device: device, ticket: ticket, outlook: outlook, core: core, now: now)
        }
    }

    func run(in tx: any Transaction) throws -> QueueTicket {
        guard let waiting = try ReservationStore.step(booking.id, .redeem, from: .booked, at: now, in: tx),
            waiting.revision == booking.revision
        else { throw try refusal(in: tx) }
        let redemption = Redemption(
            hall: booking.hall, device: device, proof: proof.name, late: !ticket.punctual, at: now)
        guard try RedemptionStore.insert(redemption, reservation: booking.id, revision: booking.revision, in: tx) else {
            throw try refusal(in: tx)
        }
        try core.giveLimits(waiting, in: tx)
        return try ticket.issue(
            for: waiting, outlook: outlook, origin: late ? "late" : "booked", core: core, at: now, in: tx)
    }

    private var late: Bool { !ticket.punctual }

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
