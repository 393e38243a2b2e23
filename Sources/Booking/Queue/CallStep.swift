import Catalogue
import Core
import Storage

/// T9 inside its transaction.
struct CallStep: Sendable {
    let window: ServiceWindow
    let officer: String
    let core: BookingCore
    let now: Instant

    func run(in tx: any Transaction) throws -> CalledTicket {
        // First of all: whoever closes the window at this moment is waited for, or waits.
        guard let session = try WindowSessionStore.enter(window.id, by: officer, at: now, in: tx) else {
            throw Problem(
                .queueClosed, "Open the window first.", extensions: [JSONValue.Member("state", .string("closed"))])
        }
        guard session.officer == officer else {
            throw Problem.windowOutOfOrder("open", "Somebody else has opened this window.")
        }
        if let current = try TicketStore.current(window: window.id, in: tx) { throw occupied(by: current) }
        let view = try QueueView.read(window.group, in: tx)
        for candidate in core.order.ranked(view.waiting, at: now) {
            guard let row = view.tickets.first(where: { $0.id == candidate.ticket }),
                // Somebody else may have called, or the person left, since the queue was read: then the next one.
                try ReservationStore.step(row.reservation, .call, from: .waiting, at: now, in: tx) != nil
            else { continue }
            return try call(row, in: tx)
        }
        throw Problem(.nobodyWaiting, extensions: [JSONValue.Member("waiting", .integer(0))])
    }

    private func call(_ row: TicketRow, in tx: any Transaction) throws -> CalledTicket {
        let opened = try CallStore.open(
            id: core.surroundings.newID(), ticket: row.id, window: window.id, hall: window.hall, officer: officer,
            at: now, in: tx)
        guard opened else {
            guard let current = try TicketStore.current(window: window.id, in: tx) else { throw Problem.busy() }
            throw occupied(by: current)
        }
        try TicketStore.markCalled(row.candidate, queue: window.group, at: now, in: tx)
        guard let called = try TicketStore.find(row.id, in: tx) else { throw Problem.noTicket }
        try core.append(.called, called, window: window.id, at: now, in: tx)
        return CalledTicket(called)
    }

    private func occupied(by current: TicketRow) -> Problem {
        Problem(
            .outOfOrder, "Number \(current.number) is still at this window.",
            extensions: [
                JSONValue.Member("state", .string(current.state.rawValue)),
                JSONValue.Member("ticket", .string(current.id)),
            ])
    }
}
