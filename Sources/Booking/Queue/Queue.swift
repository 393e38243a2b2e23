import Catalogue
package import Core
import Storage

/// The window officer's work: open, call, serve, finish.
///
/// Every change is one transaction whose conditional statements decide; two officers who press at the same
/// moment never call the same person.
package struct Queue: Sendable {
    let core: BookingCore

    package func state(of window: String, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        return try await read(place)
    }

    /// Opening a window that one has open already changes nothing.
    ///
    /// - Throws: `out-of-order` when somebody else sits there, `not-found`, `forbidden`.
    package func open(_ window: String, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let (core, now, subject) = (core, core.now(), officer.subject)
        try await core.database.transaction { tx in
            let opened = try WindowSessionStore.open(
                id: core.surroundings.newID(), window: place.id, hall: place.hall, queue: place.group,
                officer: subject, at: now, in: tx)
            guard opened else {
                guard try WindowSessionStore.current(place.id, in: tx)?.officer == subject else {
                    throw Problem.windowOutOfOrder("open", "Somebody else has opened this window.")
                }
                return
            }
            try core.appendWindow(.windowOpened, place, at: now, in: tx)
        }
        core.touch(queue: place.group)
        return try await read(place)
    }

    /// - Throws: `out-of-order` while a person is called or served there, or when it is not open.
    package func close(_ window: String, by officer: Principal) async throws -> WindowState {
        let place = try CheckOfficer.window(window, by: officer, catalogue: core.catalogue.current)
        let (core, now, subject) = (core, core.now(), officer.subject)
        let isManager = officer.roles.contains(.manager)
        try await core.database.transaction { tx in
            if let ticket = try TicketStore.current(window: place.id, in: tx) {
                throw Problem.outOfOrder(ticket.state, "Finish number \(ticket.number) first.")
            }
            guard let session = try WindowSessionStore.current(place.id, in: tx) else { return }
            guard session.officer == subject || isManager else {
                throw Problem.windowOutOfOrder("open", "Somebody else has opened this window.")
            }
            guard try WindowSessionStore.close(place.id, at: now, in: tx) else { return }
            try core.appendWindow(.windowClosed, place, at: now, in: tx)
        }
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
        let called = try await core.database.transaction(combining: "queue/\(place.group)") { try step.run(in: $0) }
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
            issuedAt: row.issuedAt, slotStart: row.slotStart, late: row.slotStart != nil && !row.punctual)
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
            officer: session?.officer, openedAt: session?.openedAt, current: current.map(CalledTicket.init),
            waiting: view.waiting.count, next: waiting.map(WaitingTicket.init), aside: aside.map(WaitingTicket.init))
    }
}

extension Problem {
    static var noTicket: Problem { Problem(.notFound, "No ticket has this id.") }

    static func windowOutOfOrder(_ state: String, _ detail: String) -> Problem {
        Problem(.outOfOrder, detail, extensions: [JSONValue.Member("state", .string(state))])
    }
}
