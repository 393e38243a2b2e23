import Catalogue
package import Core
import Storage

extension Queue {
    /// T10: the number is called again.
    ///
    /// - Throws: `out-of-order` with the state, also when it was called too often or a moment ago.
    package func recall(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .recall, .recalled) { row, tx, core, now in
            guard
                try CallStore.recall(
                    ticket: row.id, officer: officer.subject, limit: core.settings.recallLimit,
                    notSince: now - core.settings.recallPause, at: now, in: tx)
            else { throw Queue.recallRefusal(row, officer: officer.subject, core: core, at: now) }
        }
    }

    /// T11: the person is at the window.
    package func start(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .start, .serving) { row, tx, _, now in
            guard try CallStore.start(ticket: row.id, officer: officer.subject, at: now, in: tx) else {
                throw Queue.elsewhere(row)
            }
        }
    }

    /// T11: nobody came.
    package func skip(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .skip, .skipped, closing: .skipped)
    }

    /// T12: somebody who missed the call is back, behind a few others and never in front.
    package func rejoin(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .rejoin, .rejoined) { row, tx, core, _ in
            let settings = core.settings
            guard
                try TicketStore.standBehind(
                    row.id, others: settings.rejoinBehind, limit: settings.rejoinLimit, in: tx)
            else { throw Problem.outOfOrder(row.state, "This number has come back as often as it may.") }
        }
    }

    /// T13: set aside with its number, for a copy or a form.
    package func park(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .park, .parked, closing: .parked)
    }

    /// T13: back in the queue with the old reference time.
    package func resume(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        guard UUIDv7.bytes(ticket) != nil else { throw Problem.noTicket }
        let row = try await core.database.read { try TicketStore.find(ticket, in: $0) }
        if row?.state == .skipped { return try await rejoin(ticket, by: officer) }
        return try await change(ticket, by: officer, .resume, .resumed)
    }

    /// T14: on to another window group of the hall, with the same number and the old reference time.
    ///
    /// - Throws: `not-found` for a group of another hall, `invalid-request` for the queue it stands in already,
    ///   `queue-closed` when nobody would call it there, `out-of-order` with the state.
    package func transfer(_ ticket: String, to group: String, by officer: Principal) async throws -> CalledTicket {
        let catalogue = core.catalogue.current
        return try await change(ticket, by: officer, .transfer, .transferred, closing: .transferred) {
            row, tx, _, now in
            guard let target = catalogue.group(group), target.hall == row.hall else {
                throw Problem(.notFound, "This hall has no such queue.", errors: [Problem.Fault("/queue", "not here")])
            }
            guard target.id != row.queue else {
                throw Problem.invalid("/queue", "The number stands in this queue already.")
            }
            let sessions = try WindowSessionStore.open(queue: target.id, in: tx)
            let hasWindows = catalogue.hasWindows(target.id)
            guard !sessions.isEmpty || (hasWindows && catalogue.isOpen(row.hall, at: now)) else {
                throw Problem(
                    .queueClosed, "No window of that queue is open.",
                    extensions: [JSONValue.Member("state", .string("closed"))])
            }
            try TicketStore.transfer(row.id, to: target.id, minutes: row.minutes, in: tx)
        }
    }

    /// T15: the service is done; the claims on the slot end with it.
    package func finish(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .finish, .done, closing: .done) { row, tx, _, now in
            try ServiceStore.conclude(reservation: row.reservation, handled: true, in: tx)
            try TicketStore.close(row.id, at: now, in: tx)
            try ClaimStore.release(reservation: row.reservation, in: tx)
        }
    }

    /// T16: the person has gone.
    package func leave(_ ticket: String, by officer: Principal) async throws -> CalledTicket {
        try await change(ticket, by: officer, .leave, .left) { row, tx, _, now in
            try CallStore.closeAny(ticket: row.id, .left, at: now, in: tx)
            try ServiceStore.conclude(reservation: row.reservation, handled: false, in: tx)
            try TicketStore.close(row.id, at: now, in: tx)
            try ClaimStore.release(reservation: row.reservation, in: tx)
        }
    }

    /// One move of a ticket: the state first, by a conditional statement, then what hangs on it, then the event.
    private func change(
        _ ticket: String, by officer: Principal, _ move: ReservationMove, _ kind: EventKind,
        closing outcome: CallStore.Outcome? = nil,
        _ effect: @escaping @Sendable (TicketRow, any Transaction, BookingCore, Instant) throws -> Void = {
            _, _, _, _ in
        }
    ) async throws -> CalledTicket {
        let (core, now, subject) = (core, core.now(), officer.subject)
        let catalogue = core.catalogue.current
        let called = try await core.database.transaction { tx in
            guard UUIDv7.bytes(ticket) != nil, let row = try TicketStore.find(ticket, in: tx) else {
                throw Problem.noTicket
            }
            try CheckOfficer.hall(row.hall, by: officer, catalogue: catalogue)
            guard move.from.contains(row.state) else { throw Problem.outOfOrder(row.state) }
            // The window's session before the visit, as everywhere: no two wait for each other.
            if let call = row.call, call.officer == subject {
                _ = try WindowSessionStore.enter(call.window, by: subject, at: now, in: tx)
            }
            guard try ReservationStore.step(row.reservation, move, from: row.state, at: now, in: tx) != nil else {
                let state = try TicketStore.find(ticket, in: tx)?.state ?? row.state
                throw Problem.outOfOrder(state)
            }
            try effect(row, tx, core, now)
            if let outcome {
                guard try CallStore.close(ticket: row.id, officer: subject, outcome, at: now, in: tx) else {
                    throw Queue.elsewhere(row)
                }
            }
            guard let changed = try TicketStore.find(ticket, in: tx) else { throw Problem.noTicket }
            try core.append(
                kind, changed, window: row.call?.window, also: [JSONValue.Member("by", .string(subject))], at: now,
                in: tx)
            return CalledTicket(changed, call: changed.call ?? row.call)
        }
        core.touch(queue: called.queue)
        return called
    }

    private static func elsewhere(_ row: TicketRow) -> Problem {
        Problem.outOfOrder(row.state, "Number \(row.number) was called to another window.")
    }

    private static func recallRefusal(_ row: TicketRow, officer: String, core: BookingCore, at now: Instant) -> Problem
    {
        guard let call = row.call, call.officer == officer else { return elsewhere(row) }
        guard call.recalls < core.settings.recallLimit else {
            return Problem.outOfOrder(row.state, "Number \(row.number) was called as often as it may be.")
        }
        return Problem.outOfOrder(row.state, "Number \(row.number) was called a moment ago.")
    }
}
