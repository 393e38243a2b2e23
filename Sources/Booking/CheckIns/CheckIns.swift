import Catalogue
package import Core
import Storage

/// T6 and T18: a booking becomes a number in the queue.
package struct CheckIns: Sendable {
    let core: BookingCore

    /// - Parameter asWalkIn: T18, who comes too late for the booked time, on the same day, queues with the same visit
    ///   as somebody who just walked in; for anybody else it means nothing.
    /// - Throws: `invalid-ticket`, `wrong-hall`, `too-early`, `too-late`, `already-redeemed` with the first time
    ///   and place, `out-of-order` with the state, `not-found` when the person has no booking here today,
    ///   `queue-closed` for a walk-in while the hall is closed.
    package func redeem(
        hall: String, proof: CheckInProof, asWalkIn: Bool = false, by device: Principal, idempotencyKey: String? = nil
    ) async throws -> QueueTicket {
        let now = core.now()
        guard core.catalogue.current.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        let key = RequestKey(
            idempotencyKey, principal: device, route: "check-ins/\(hall)",
            content: proof.canonicalText + (asWalkIn ? " walk-in" : ""), hash: core.requestHash)
        if let first = try await core.database.first(key, as: QueueTicket.self) { return first }
        let found = try await FindBooking(core: core, hall: hall, now: now).find(proof)
        let entry = try CheckRedeemable(core: core, hall: hall, asWalkIn: asWalkIn, now: now).check(found)
        let step = try await RedeemStep.prepare(
            found, entry: entry, proof: proof, device: device.subject, core: core, now: now)
        let ticket = try await core.database.once(key, at: now) { try step.run(in: $0) }
        core.touch(queue: ticket.queue)
        return ticket
    }
}

extension CheckInProof {
    var name: String {
        switch self {
        case .ticket: "ticket"
        case .code: "code"
        case .identityNumber: "identityNumber"
        }
    }

    var canonicalText: String {
        switch self {
        case .ticket(let text), .code(let text), .identityNumber(let text): name + " " + text
        }
    }
}
