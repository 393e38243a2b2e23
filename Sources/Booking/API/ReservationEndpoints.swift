import Core
import HTTPTypes
import Hummingbird
import Web

/// `/api/v1/reservations`: the caller's own bookings, scope `booking`.
struct ReservationEndpoints: Sendable {
    let booking: Booking

    func addRoutes(to api: RouterGroup<WebContext>) {
        let reservations = api.group("/api/v1/reservations")
        reservations.post("", use: hold)
        reservations.get("", use: list)
        reservations.get("{id}", use: find)
        reservations.post("{id}/confirm", use: confirm)
        reservations.post("{id}/cancel", use: cancel)
        reservations.post("{id}/move", use: move)
        reservations.get("{id}/ticket.svg", use: picture)
        reservations.get("{id}/calendar.ics", use: calendar)
    }

    @Sendable private func hold(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let key = try request.idempotencyKey()
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["hall", "items", "start", "mandate"])
        // Default power: none. What nobody has checked must not be stored as if somebody had.
        guard try body.optionalString("mandate", max: 64) == nil else {
            throw Problem.invalid("/mandate", "acting for somebody else is not offered")
        }
        let asked = HoldRequest(
            hall: try body.string("hall", max: 64),
            items: try body.strings("items", maxCount: CheckHold.maximumItems, maxLength: 64),
            start: try body.instant("start"))
        let held = try await booking.reservations.hold(asked, by: principal, idempotencyKey: key)
        var response = Response.json(BookingJSON.reservation(held), status: .created).withNoStore()
        response.headers[.location] = "/api/v1/reservations/" + held.id
        return response
    }

    @Sendable private func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let (cursor, limit) = try ReservationEndpoints.paging(request)
        let page = try await booking.reservations.list(by: principal, after: cursor, limit: limit)
        return Response.json(BookingJSON.page(page)).withNoStore()
    }

    @Sendable private func find(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let found = try await booking.reservations.find(try context.pathParameter("id", max: 64), by: principal)
        return ReservationEndpoints.answer(found)
    }

    @Sendable private func confirm(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        try await JSONBody.requireNone(request)
        let confirmed = try await booking.reservations.confirm(try context.pathParameter("id", max: 64), by: principal)
        return ReservationEndpoints.answer(confirmed)
    }

    @Sendable private func cancel(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        try await JSONBody.requireNone(request)
        let cancelled = try await booking.reservations.cancel(try context.pathParameter("id", max: 64), by: principal)
        return ReservationEndpoints.answer(ConfirmedReservation(reservation: cancelled, ticket: nil))
    }

    @Sendable private func move(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let key = try request.idempotencyKey()
        let id = try context.pathParameter("id", max: 64)
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["start"])
        let moved = try await booking.reservations.move(
            id, to: try body.instant("start"), by: principal, idempotencyKey: key)
        return ReservationEndpoints.answer(moved)
    }

    @Sendable private func picture(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let found = try await booking.reservations.find(try context.pathParameter("id", max: 64), by: principal)
        guard let ticket = found.ticket else { throw Problem.outOfOrder(found.reservation.state) }
        return Response.svg(try QRCode.svg(ticket, title: found.reservation.code)).withNoStore()
    }

    @Sendable private func calendar(_ request: Request, _ context: WebContext) async throws -> Response {
        let principal = try context.require(scope: Scope.booking)
        let language = request.headers[.acceptLanguage].flatMap { WebLocale(acceptLanguage: $0) } ?? .zhHans
        let text = try await booking.reservations.calendar(
            try context.pathParameter("id", max: 64), language: language.rawValue, by: principal)
        var response = Response.text(text).withNoStore()
        response.headers[.contentType] = "text/calendar; charset=utf-8"
        response.headers[.contentDisposition] = "attachment; filename=\"booking.ics\""
        return response
    }

    private static func answer(_ found: ConfirmedReservation) -> Response {
        Response.json(BookingJSON.reservation(found.reservation, ticket: found.ticket)).withNoStore()
    }

    private static func paging(_ request: Request) throws -> (String?, Int) {
        do {
            let query = try ParameterList.query(request)
            let cursor = try query.single("cursor")
            guard let text = try query.single("limit") else { return (cursor, 20) }
            guard let limit = Int(text), (1...100).contains(limit) else {
                throw Problem.invalid("limit", "a whole number from 1 to 100 is expected")
            }
            return (cursor, limit)
        } catch let fault as ParameterFault {
            throw fault.problem
        }
    }
}
