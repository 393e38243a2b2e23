import Catalogue
package import Core
import Storage

/// A person's bookings: held, confirmed, moved, given up, looked at.
///
/// Every change is one transaction of conditional statements; nothing is decided from what was read before.
package struct Reservations: Sendable {
    let core: BookingCore

    /// T1: sets the slot aside until the hold runs out.
    ///
    /// - Throws: `not-found` for unknown ids, `not-a-slot`, `slot-taken`, `limit-reached`,
    ///   `assurance-required`, `idempotency-mismatch`.
    package func hold(
        _ request: HoldRequest, by principal: Principal, idempotencyKey: String? = nil
    ) async throws -> Reservation {
        let now = core.now()
        let key = RequestKey(
            idempotencyKey, principal: principal, route: "reservations", content: request.canonicalText,
            hash: core.requestHash)
        let plan: HoldPlan
        do {
            plan = try CheckHold.plan(
                request, by: principal, catalogue: core.catalogue.current, settings: core.settings, at: now)
        } catch {
            // What can be held no longer may have been held under this key: then that is the answer.
            if let first = try await core.database.first(key, as: Reservation.self) { return first }
            throw error
        }
        // A code that is taken already is a one-in-many-millions chance: try with another.
        for _ in 0..<5 {
            let step = HoldStep(
                plan: plan, person: principal.subject, client: principal.clientID, id: core.surroundings.newID(),
                code: BookingCode.make(random: core.surroundings.random), core: core, now: now)
            do {
                let held = try await core.database.once(key, combining: plan.lane, at: now) { try step.run(in: $0) }
                core.changes.touch(plan.group.id)
                return held
            } catch  where ReservationStore.isCodeInUse(error) {
                continue
            }
        }
        throw Problem.busy()
    }

    /// T2: turns the hold into a booking. Confirming again gives the same booking.
    ///
    /// - Throws: `hold-expired`, `out-of-order` with the state, `not-found`.
    package func confirm(_ id: String, by principal: Principal) async throws -> ConfirmedReservation {
        let now = core.now()
        let core = core
        let person = principal.subject
        let reservation = try await core.database.transaction { tx in
            guard UUIDv7.bytes(id) != nil,
                let booked = try ReservationStore.confirm(id, person: person, at: now, in: tx)
            else {
                return try Reservations.confirmedBefore(id, person: person, in: tx)
            }
            try EventStore.record(core.entry(.booked, booked, at: now), in: tx)
            try BookingMessages.confirmed(booked, core: core, at: now, in: tx)
            return booked
        }
        return try core.withTicket(reservation)
    }

    private static func confirmedBefore(_ id: String, person: String, in db: any Statements) throws -> Reservation {
        let reservation = try Reservations.own(id, person: person, in: db)
        switch reservation.state {
        case .booked: return reservation
        case .held, .expired:
            throw Problem(.holdExpired, "The hold ran out before it was confirmed; choose a time again.")
        default: throw Problem.outOfOrder(reservation.state)
        }
    }

    /// T3 and T4: gives up a hold at once, a booking with a delay before its place is offered again.
    ///
    /// - Parameter onlyHeld: T3 alone: what has been confirmed meanwhile stays.
    /// - Throws: `out-of-order` with the state, `too-late` after the cut-off, `not-found`.
    package func cancel(_ id: String, by principal: Principal, onlyHeld: Bool = false) async throws -> Reservation {
        let now = core.now()
        let person = principal.subject
        let core = core
        let reoffer = now + .milliseconds(core.randomDelay())
        let given = try await core.database.transaction { tx in
            let latest = now + core.settings.cancelCutoff
            if let released = try ReservationStore.step(
                id, person: person, .release, from: .held, startingAfter: Instant(milliseconds: 0), at: now, in: tx)
            {
                try ClaimStore.release(reservation: id, in: tx)
                return try core.giveUp(released, .released, at: now, in: tx)
            }
            if !onlyHeld,
                let cancelled = try ReservationStore.step(
                    id, person: person, .cancel, from: .booked, startingAfter: latest, at: now, in: tx)
            {
                try ClaimStore.release(reservation: id, at: reoffer, in: tx)
                try BookingMessages.cancelled(cancelled, core: core, at: now, in: tx)
                return try core.giveUp(cancelled, .cancelled, at: now, in: tx)
            }
            let reservation = try Reservations.own(id, person: person, in: tx)
            switch reservation.state {
            case .cancelled, .released: return reservation
            case .booked where !onlyHeld: throw Problem(.tooLate, "It is too late to cancel this booking.")
            default: throw Problem.outOfOrder(reservation.state)
            }
        }
        core.changes.touch(given.group)
        return given
    }

    /// T5: takes the new slot before it gives back the old one, so the person never has none or two. What is given
    /// back is offered again after a delay, as with a cancelled booking.
    ///
    /// - Throws: `not-a-slot`, `slot-taken`, `limit-reached` (of the new day, or of moves), `out-of-order` with the
    ///   state, `too-late`, `not-found`.
    package func move(
        _ id: String, to start: Instant, by principal: Principal, idempotencyKey: String? = nil
    ) async throws -> ConfirmedReservation {
        let now = core.now()
        let key = RequestKey(
            idempotencyKey, principal: principal, route: "reservations/\(id)/move", content: String(start.milliseconds),
            hash: core.requestHash)
        if let first = try await core.database.first(key, as: Reservation.self) { return try core.withTicket(first) }
        let old = try await core.database.read { try Reservations.own(id, person: principal.subject, in: $0) }
        guard old.state == .booked else { throw Problem.outOfOrder(old.state) }
        // Nothing to do, and no reason to make the printed ticket worthless.
        if start == old.start { return try core.withTicket(old) }
        let plan = try CheckHold.plan(
            HoldRequest(hall: old.hall, items: old.items, start: start, mandate: old.mandate), by: principal,
            catalogue: core.catalogue.current, settings: core.settings, at: now)
        let step = MoveStep(
            plan: plan, old: old, reoffer: now + .milliseconds(core.randomDelay()), core: core, now: now)
        let moved = try await core.database.once(key, combining: plan.lane, at: now) { try step.run(in: $0) }
        for group in Set([old.group, moved.group]) { core.changes.touch(group) }
        return try core.withTicket(moved)
    }

    /// - Throws: `not-found` for an id that is unknown or somebody else's.
    package func find(_ id: String, by principal: Principal) async throws -> ConfirmedReservation {
        let found = try await core.database.read { try Reservations.own(id, person: principal.subject, in: $0) }
        return try core.withTicket(found)
    }

    /// Newest first.
    ///
    /// - Parameters:
    ///   - cursor: `next` of the page before.
    ///   - limit: 1…100.
    /// - Throws: `invalid-request` for a cursor that this server never gave.
    package func list(
        by principal: Principal, after cursor: String? = nil, limit: Int = 20
    ) async throws -> ReservationPage {
        var before: String?
        if let cursor {
            guard let bytes = Base64URL.decode(cursor), bytes.count == 16 else {
                throw Problem.invalid("cursor", "This cursor was not given by this server.")
            }
            before = UUIDv7.text(bytes)
        }
        let wanted = max(1, min(100, limit))
        let found = try await core.database.read { [before] in
            try ReservationStore.list(person: principal.subject, before: before, limit: wanted + 1, in: $0)
        }
        let page = Array(found.prefix(wanted))
        let next = found.count > wanted ? page.last.flatMap { UUIDv7.bytes($0.id) }.map { Base64URL.encode($0) } : nil
        return ReservationPage(reservations: page, next: next)
    }

    /// The visit for the person's own calendar (RFC 5545).
    ///
    /// - Parameter language: the reader's, as a BCP 47 tag.
    /// - Throws: `out-of-order` with the state of a hold, `not-found`.
    package func calendar(_ id: String, language: String, by principal: Principal) async throws -> String {
        let found = try await core.database.read { try Reservations.own(id, person: principal.subject, in: $0) }
        let catalogue = core.catalogue.current
        guard found.revision > 0, let hall = catalogue.hall(found.hall), let item = catalogue.item(found.items[0]),
            let text = CalendarEntry.text(
                of: found, summary: item.name,
                place: LocalizedText(
                    zh: hall.name.zh + " " + hall.address.zh, en: hall.name.en + ", " + hall.address.en),
                language: language, at: core.now())
        else { throw Problem.outOfOrder(found.state) }
        return text
    }

    static func own(_ id: String, person: String, in db: any Statements) throws -> Reservation {
        guard UUIDv7.bytes(id) != nil, let reservation = try ReservationStore.find(id, in: db),
            reservation.person == person
        else {
            throw Problem(.notFound, "You have no reservation with this id.")
        }
        return reservation
    }
}

extension Problem {
    /// 409 with the state that stands in the way.
    static func outOfOrder(_ state: ReservationState, _ detail: String? = nil) -> Problem {
        Problem(
            .outOfOrder, detail ?? "Not possible while the visit is in state \(state.rawValue).",
            extensions: [JSONValue.Member("state", .string(state.rawValue))])
    }
}
