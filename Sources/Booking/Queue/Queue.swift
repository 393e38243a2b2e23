import Catalogue
package import Core
import Storage

/// The window officer's work: open, call, serve, finish.
///
/// Every change is one transaction whose conditional statements decide; two officers who press at the same
/// moment never call the same person.
package struct Queue: Sendable {
    let core: BookingCore

    /// The window as it stands. Its own officer is taken to be there while looking at it, for as long as a window may
    /// be idle.
    package func state(of window: String, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let state = try await read(place)
        let now = core.now()
        guard state.officer == officer.subject, let seenAt = state.seenAt,
            let actedAt = state.actedAt, seenAt < now - core.settings.windowLease / 4
        else { return state }
        let earliest = now - core.settings.windowIdle
        guard actedAt >= earliest else { return state }
        try await core.database.transaction { tx in
            try WindowSessionStore.look(place.id, by: officer.subject, actedSince: earliest, at: now, in: tx)
        }
        return state
    }

    /// Opening a window that one has open already says that one is still there, and changes nothing else. Who has not
    /// been heard of for the time of a lease can be followed by a colleague (T17).
    ///
    /// - Throws: `out-of-order` when somebody else sits there, `not-found`, `forbidden`.
    package func open(_ window: String, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let step = OpenStep(window: place, officer: officer.subject, core: core, now: core.now())
        try await core.database.transaction(combining: place.turn) { try step.run(in: $0) }
        core.touch(queue: place.group)
        return try await read(place)
    }

    /// Closing a window that is closed changes nothing.
    ///
    /// - Parameter takeBack: T17, whoever was called or is served there waits again, first in line. Without it the
    ///   window's own officer is asked to finish first; a manager who closes somebody else's window always takes back.
    /// - Throws: `out-of-order` with the state of the person at the window, or when somebody else sits there.
    package func close(_ window: String, takeBack: Bool = false, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let step = CloseStep(
            window: place, officer: officer.subject, isManager: officer.roles.contains(.manager), takesBack: takeBack,
            core: core, now: core.now())
        try await core.database.transaction(combining: place.turn) { try step.run(in: $0) }
        core.touch(queue: place.group)
        return try await read(place)
    }

    /// T9: calls whom the order says.
    ///
    /// - Throws: `nobody-waiting`, `queue-closed` when the window is not open, `out-of-order` with the state of
    ///   the ticket that is still at the window.
    package func callNext(_ window: String, by officer: Principal) async throws -> CalledTicket {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let step = CallStep(window: place, officer: officer.subject, core: core, now: core.now())
        let called = try await core.database.transaction(combining: place.turn) { try step.run(in: $0) }
        core.touch(queue: called.queue)
        return called
    }

    /// The ticket as it stands in its queue now: for the person's own page, and the screen of a kiosk.
    package func ticket(_ id: String) async throws -> QueueTicket {
        let (row, view) = try await core.database.read { db -> (TicketRow, QueueView) in
            guard UUIDv7.bytes(id) != nil, let row = try TicketStore.find(id, in: db) else { throw Problem.noTicket }
            return (row, try QueueView.read(row.queue, in: db))
        }
        return progress(row, view)
    }

    /// The queue ticket of a visit; `nil` before check-in.
    package func ticket(ofReservation id: String) async throws -> QueueTicket? {
        let found = try await core.database.read { db -> (TicketRow, QueueView)? in
            try TicketStore.find(reservation: id, in: db).map { ($0, try QueueView.read($0.queue, in: db)) }
        }
        return found.map { progress($0.0, $0.1) }
    }

    private func progress(_ row: TicketRow, _ view: QueueView) -> QueueTicket {
        let catalogue = core.catalogue.current
        let outlook = view.outlook(of: row.id, order: core.order, at: core.now())
        return QueueTicket(
            id: row.id, number: row.number, reservation: row.reservation, hall: row.hall, queue: row.queue,
            zone: catalogue.group(row.queue)?.zone,
            windows: row.call.map { [$0.window] } ?? catalogue.windows(of: row.queue).map(\.id), items: row.items,
            priority: row.priority, state: row.state, ahead: outlook?.ahead ?? 0, wait: outlook?.estimate,
            isStaffed: outlook?.isStaffed ?? true, issuedAt: row.issuedAt, slotStart: row.slotStart,
            late: row.slotStart != nil && !row.punctual)
    }

    private func read(_ window: ServiceWindow) async throws -> WindowState {
        let now = core.now()
        let (session, current, view) = try await core.database.read { db in
            (
                try WindowSessionStore.current(window.id, in: db), try TicketStore.current(window: window.id, in: db),
                try QueueView.read(window.group, in: db)
            )
        }
        let rows = Dictionary(uniqueKeysWithValues: view.tickets.map { ($0.id, $0) })
        let ranked = core.order.ranked(view.waiting, at: now)
        let waiting = ranked.prefix(8).compactMap { rows[$0.ticket] }
        let aside = view.tickets.filter { $0.state == .parked || $0.state == .skipped }
        return WindowState(
            window: window.id, hall: window.hall, queue: window.group, open: session != nil,
            officer: session?.officer, openedAt: session?.openedAt, seenAt: session?.seenAt, actedAt: session?.actedAt,
            isAbandoned: session.map { $0.seenAt < now - core.settings.windowLease } ?? false,
            current: current.map(CalledTicket.init),
            waiting: view.waiting.count, next: waiting.map(WaitingTicket.init), aside: aside.map(WaitingTicket.init))
    }
}

extension ServiceWindow {
    /// Names what the windows of one queue contend for.
    fileprivate var turn: CallLane { CallLane("queue/" + group) }
}

extension Problem {
    static var noTicket: Problem { Problem(.notFound, "No ticket has this id.") }

    static func windowOutOfOrder(_ state: String, _ detail: String) -> Problem {
        Problem(.outOfOrder, detail, extensions: [JSONValue.Member("state", .string(state))])
    }
}
