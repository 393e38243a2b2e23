import Catalogue
import Core
import Storage

extension BookingCore {
    /// Slots of the group and the board of its hall have changed.
    func touch(queue: String) {
        changes.touch(queue)
        if let hall = catalogue.current.group(queue)?.hall { changes.touch(hall) }
    }

    /// Chains an event of a ticket; boards show numbers and places, and are told nothing else of it.
    ///
    /// - Parameter more: what else the audit trail shall keep; no personal data.
    func append(
        _ kind: EventKind, _ ticket: TicketRow, window: String?, also more: [JSONValue.Member] = [], at now: Instant,
        in tx: any Transaction
    ) throws {
        let common = JSONValue.object([
            "number": .string(ticket.number), "queue": .string(ticket.queue), "window": window.map(JSONValue.string),
            "zone": catalogue.current.group(ticket.queue).map { .string($0.zone) },
            "recalls": .integer(Int64(ticket.call?.recalls ?? 0)), "reservation": .string(ticket.reservation),
            "waiting": .integer(Int64(try TicketStore.waiting(in: ticket.queue, tx))),
        ])
        let detail = JSONValue.object((common.objectMembers ?? []) + more)
        try events.append(
            [entry(kind, hall: ticket.hall, subject: ticket.id, detail, at: now)], hall: ticket.hall, in: tx)
    }

    /// - Parameters:
    ///   - officer: subject of who opened the window, or closed it.
    ///   - cause: why it was left; `nil` for opening.
    func appendWindow(
        _ kind: EventKind, _ window: ServiceWindow, by officer: String, cause: TakeBack.Cause? = nil, at now: Instant,
        in tx: any Transaction
    ) throws {
        let detail = JSONValue.object([
            "window": .string(window.id), "queue": .string(window.group), "by": .string(officer),
            "cause": cause.map { .string($0.rawValue) },
        ])
        try events.append(
            [entry(kind, hall: window.hall, subject: window.id, detail, at: now)], hall: window.hall, in: tx)
    }
}
