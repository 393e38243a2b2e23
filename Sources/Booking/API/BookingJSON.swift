import Core

/// The shapes of the public API.
enum BookingJSON {
    static func reservation(_ reservation: Reservation, ticket: String? = nil) -> JSONValue {
        .object([
            "id": .string(reservation.id), "code": reservation.code.map(JSONValue.string),
            "state": .string(reservation.state.rawValue), "hall": .string(reservation.hall),
            "queue": .string(reservation.group), "items": .strings(reservation.items),
            "mandate": reservation.mandate.map(JSONValue.string), "start": time(reservation.start),
            "end": time(reservation.end), "expiresAt": time(reservation.expiresAt),
            "createdAt": time(reservation.createdAt), "ticket": ticket.map(JSONValue.string),
        ])
    }

    static func page(_ page: ReservationPage) -> JSONValue {
        .object([
            "reservations": .array(page.reservations.map { reservation($0) }), "next": page.next.map(JSONValue.string),
        ])
    }

    static func ticket(_ ticket: QueueTicket) -> JSONValue {
        .object([
            "id": .string(ticket.id), "number": .string(ticket.number), "reservation": .string(ticket.reservation),
            "hall": .string(ticket.hall), "queue": .string(ticket.queue), "zone": ticket.zone.map(JSONValue.string),
            "windows": .strings(ticket.windows), "items": .strings(ticket.items),
            "class": .string(ticket.priority.rawValue), "state": .string(ticket.state.rawValue),
            "ahead": .integer(Int64(ticket.ahead)),
            "wait": ticket.wait.map {
                .object([
                    "median": .integer(Int64($0.median)), "low": .integer(Int64($0.low)),
                    "high": .integer(Int64($0.high)),
                ])
            }, "issuedAt": time(ticket.issuedAt), "slotStart": time(ticket.slotStart), "late": .bool(ticket.late),
        ])
    }

    static func called(_ ticket: CalledTicket) -> JSONValue {
        .object([
            "id": .string(ticket.ticket), "number": .string(ticket.number), "queue": .string(ticket.queue),
            "items": .strings(ticket.items), "class": .string(ticket.priority.rawValue),
            "state": .string(ticket.state.rawValue), "window": ticket.window.map(JSONValue.string),
            "slotStart": time(ticket.slotStart), "calledAt": time(ticket.calledAt),
            "recalls": .integer(Int64(ticket.recalls)), "startedAt": time(ticket.startedAt),
        ])
    }

    static func window(_ window: WindowState) -> JSONValue {
        .object([
            "window": .string(window.window), "hall": .string(window.hall), "queue": .string(window.queue),
            "state": .string(window.open ? "open" : "closed"), "openedAt": time(window.openedAt),
            "current": window.current.map(called), "waiting": .integer(Int64(window.waiting)),
        ])
    }

    private static func time(_ instant: Instant?) -> JSONValue? {
        instant.map { .string(ProvinceTime.format($0)) }
    }
}
