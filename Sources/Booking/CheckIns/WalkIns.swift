import Catalogue
package import Core
import Storage

/// T7: a number for somebody who just walked in; no account, no booking.
package struct WalkIns: Sendable {
    let core: BookingCore

    /// - Throws: `not-found` for unknown ids, `queue-closed` while the hall is closed or has no window for the item,
    ///   `idempotency-mismatch`.
    package func issue(
        hall: String, item: String, priority: PriorityClass = .ordinary, by device: Principal,
        idempotencyKey: String? = nil
    ) async throws -> QueueTicket {
        let now = core.now()
        let catalogue = core.catalogue.current
        guard catalogue.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        guard let service = catalogue.item(item) else {
            throw Problem(.notFound, "No item has this id.", errors: [Problem.Fault("/item", "no such item")])
        }
        guard let group = catalogue.group(serving: item, in: hall) else {
            throw Problem(
                .notFound, "This hall does not serve the item.", errors: [Problem.Fault("/item", "not served here")])
        }
        let key = RequestKey(
            idempotencyKey, principal: device, route: "tickets/\(hall)", content: "\(item) \(priority.rawValue)",
            hash: core.requestHash)
        if let first = try await core.database.first(key, as: QueueTicket.self) { return first }
        guard catalogue.isOpen(hall, at: now) else {
            throw Problem(.queueClosed, "The hall is closed now.")
        }
        // Nobody would ever call the number.
        guard catalogue.hasWindows(group.id) else {
            throw Problem(.queueClosed, "The hall has no window for this item now.")
        }
        let reservation = Reservation(
            id: core.surroundings.newID(), person: nil, origin: .walkIn, hall: hall, group: group.id, items: [item],
            mandate: nil, state: .waiting, version: 1, revision: 0, code: nil, start: nil, end: nil, expiresAt: nil,
            createdAt: now, updatedAt: now)
        let ticket = NewTicket(
            id: core.surroundings.newID(), reservation: reservation.id, hall: hall, letter: group.letter,
            queue: group.id, reference: now, priority: priority, punctual: false, minutes: service.minutes,
            callableAt: now, promise: nil)
        let core = core
        let client = device.clientID
        let (issued, outlook) = try await ticket.forecast(core: core, at: now) { ($0, $1) }
        let answer = try await core.database.once(key, at: now) { tx in
            guard try ReservationStore.insert(reservation, client: client, in: tx) else { throw Problem.busy() }
            return try issued.issue(for: reservation, outlook: outlook, origin: "walkIn", core: core, at: now, in: tx)
        }
        core.touch(queue: answer.queue)
        return answer
    }
}
