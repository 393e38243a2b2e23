import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// `/bookings…`: a person's own bookings, in every state from held to done.
struct ReservationPages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        let pages = router.pages
        pages.get("/bookings") { request, context in try await list(request, context) }
        pages.get("/bookings/{id}") { request, context in try await one(context) }
        pages.get("/bookings/{id}/cancel") { _, context in try await askToCancel(context) }
        pages.get("/bookings/{id}/calendar.ics") { _, context in try await calendar(context) }
        for action: RouterPath in ["/bookings/{id}/confirm", "/bookings/{id}/release"] {
            pages.get(action) { _, context in Response.redirect303(pagePath("bookings", try id(context))) }
        }
        pages.post("/bookings/{id}/confirm") { _, context in try await confirm(context) }
        pages.post("/bookings/{id}/release") { _, context in try await release(context) }
        pages.post("/bookings/{id}/cancel") { _, context in try await cancel(context) }
    }

    private func id(_ context: WebContext) throws -> String {
        try context.pathParameter("id", max: 64)
    }

    private func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn()
        let cursor = try ParameterList.query(request).single("after")
        let found = try await desk.booking.reservations.list(by: person, after: cursor, limit: 50)
        let page = ListPage(found, desk: desk, words: desk.words(context))
        return try desk.renderer.render("booking/list", page, titleKey: "booking.list.title", context: context)
    }

    /// - Parameter prefix: where the words for the refusal stand.
    func one(
        _ context: WebContext, refusal: ProblemKind? = nil, in prefix: String = "booking.fault"
    ) async throws -> Response {
        let person = try context.requireSignedIn()
        let words = desk.words(context)
        let found = try await desk.booking.reservations.find(try id(context), by: person)
        var page = try await ShowVisit(desk: desk, words: words, person: person).page(found)
        if let refusal { page.notice = PageNotice(refusal, in: prefix, words: words) }
        return try desk.renderer.render(
            "booking/reservation", page, title: page.title, context: context,
            status: refusal.map { .init(code: $0.status) } ?? .ok)
    }

    private func confirm(_ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn(returnTo: pagePath("bookings", try id(context)))
        do {
            let id = try await desk.booking.reservations.confirm(try id(context), by: person).reservation.id
            return .redirect303(pagePath("bookings", id))
        } catch let problem as Problem where ReservationPages.showsState.contains(problem.kind) {
            return try await one(context, refusal: problem.kind)
        }
    }

    /// Refusals that are answered with the booking as it stands now.
    private static let showsState: Set<ProblemKind> = [.holdExpired, .outOfOrder, .busy, .conflict, .tooLate]

    /// Gives the held time back and returns to the free times.
    private func release(_ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn(returnTo: pagePath("bookings", try id(context)))
        let held = try await desk.booking.reservations.find(try id(context), by: person).reservation
        // A hold that has been confirmed in another tab must not be cancelled by this button.
        if held.state == .held {
            do {
                _ = try await desk.booking.reservations.cancel(held.id, by: person, onlyHeld: true)
            } catch let problem as Problem where ReservationPages.showsState.contains(problem.kind) {
                return try await one(context, refusal: problem.kind)
            }
        } else if held.state == .booked {
            return .redirect303(pagePath("bookings", held.id))
        }
        let times = pagePath("book", held.items.first ?? "", held.hall)
        return .redirect303(times + (held.start.map { "?date=\(ProvinceTime.date(of: $0))" } ?? ""))
    }

    private func askToCancel(_ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn()
        let found = try await desk.booking.reservations.find(try id(context), by: person).reservation
        let url = pagePath("bookings", found.id)
        guard found.isChangeable(at: desk.now, cutoff: desk.settings.cancelCutoff) else { return .redirect303(url) }
        let words = desk.words(context)
        let facts = VisitFacts(found, desk: desk, words: words)
        let page = CancelPage(
            notice: nil, item: facts.item, hall: facts.hall, when: facts.when, cancelURL: url + "/cancel",
            backURL: url, key: desk.newKey())
        return try desk.renderer.render("booking/cancel", page, titleKey: "booking.cancel.title", context: context)
    }

    private func cancel(_ context: WebContext) async throws -> Response {
        let url = pagePath("bookings", try id(context))
        let person = try context.requireSignedIn(returnTo: url)
        do {
            _ = try await desk.booking.reservations.cancel(try id(context), by: person)
            return .redirect303(url)
        } catch let problem as Problem where ReservationPages.showsState.contains(problem.kind) {
            return try await one(context, refusal: problem.kind)
        }
    }

    private func calendar(_ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn()
        let text = try await desk.booking.reservations.calendar(
            try id(context), language: context.locale.rawValue, by: person)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/calendar; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"yimen.ics\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Model of `booking/cancel`.
struct CancelPage: Sendable {
    let notice: PageNotice?
    let item: ItemPart
    let hall: HallPart
    let when: String?
    let cancelURL: String
    let backURL: String
    let key: String
}
