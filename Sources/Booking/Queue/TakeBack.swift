import Catalogue
import Core
import Storage

/// T17 inside its transaction: a window is left, and whoever was called to it or served there waits again, first in
/// line and with the old reference time.
///
/// The caller has locked the window's session, so nobody is called to the window meanwhile.
struct TakeBack: Sendable {
    let window: ServiceWindow
    /// Subject of the person who closes or takes over the window.
    let officer: String
    let cause: Cause
    let core: BookingCore
    let now: Instant

    /// Why the window was left, as the event says it.
    enum Cause: String, Sendable, CaseIterable {
        /// By its own officer.
        case closed
        case closedByManager
        /// A colleague sat down after its officer had not been heard of for the time of a lease.
        case takenOver
    }

    /// Somebody else may end the call at the same moment; then there is nothing to take back.
    private static let attempts = 3

    /// - Throws: `busy` when the ticket changes again and again.
    func run(in tx: any Transaction) throws {
        for _ in 0..<TakeBack.attempts {
            guard let row = try TicketStore.current(window: window.id, in: tx) else { return }
            guard try ReservationStore.step(row.reservation, .takeBack, from: row.state, at: now, in: tx) != nil else {
                continue
            }
            try CallStore.closeAny(ticket: row.id, .takenBack, at: now, in: tx)
            try TicketStore.standFirst(row.id, at: now, in: tx)
            guard let changed = try TicketStore.find(row.id, in: tx) else { throw Problem.noTicket }
            try core.append(
                .takenBack, changed, window: window.id,
                also: [JSONValue.Member("cause", .string(cause.rawValue)), JSONValue.Member("by", .string(officer))],
                at: now, in: tx)
            return
        }
        throw Problem.busy()
    }
}
