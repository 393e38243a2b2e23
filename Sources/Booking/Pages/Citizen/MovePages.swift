import Core
import Hummingbird
import Web

/// `/bookings/{id}/move`: choose another time, see both, move. Links and one form; no script is needed.
///
/// The new time is claimed before the old one is given back (T5), so whatever is refused here leaves the booking as
/// it was, and the page says so.
struct MovePages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        router.pages.get("/bookings/{id}/move") { request, context in try await choose(request, context) }
        router.pages.post("/bookings/{id}/move") { request, context in try await move(request, context) }
    }

    private func url(_ context: WebContext) throws -> String {
        pagePath("bookings", try context.pathParameter("id", max: 64))
    }

    private func choose(_ request: Request, _ context: WebContext) async throws -> Response {
        let person = try context.requireSignedIn()
        let query = try ParameterList.query(request)
        let found = try await desk.booking.reservations.find(
            try context.pathParameter("id", max: 64), by: person
        ).reservation
        guard found.isChangeable(at: desk.now, cutoff: desk.settings.cancelCutoff) else {
            return .redirect303(pagePath("bookings", found.id))
        }
        guard found.canBeMovedAgain(desk.settings) else { return try await movedEnough(context) }
        if let start = try query.single("start").flatMap(ProvinceTime.parse), start != found.start {
            return try confirmation(of: found, to: start, context)
        }
        return try await timesPage(found, date: try query.single("date").flatMap { LocalDate($0) }, context: context)
    }

    private func timesPage(
        _ found: Reservation, date: LocalDate?, refusal: RefusedTime? = nil, context: WebContext
    ) async throws -> Response {
        let words = desk.words(context)
        let url = pagePath("bookings", found.id)
        let finder = FindTimes(
            desk: desk, words: words, items: found.items, hall: found.hall, channel: found.origin.channel,
            url: url + "/move", mine: found.start, taken: refusal?.taken)
        let times = try await finder.read(date: date ?? found.start.map { ProvinceTime.date(of: $0) })
        let facts = VisitFacts(found, desk: desk, words: words)
        let page = MovePage(
            notice: refusal.map { PageNotice($0.kind, in: "booking.move.fault", words: words) }, item: facts.item,
            hall: facts.hall, now: facts.when, backURL: url, moveURL: url + "/move",
            otherHallURL: pagePath("book", facts.item.id), days: times.days, chosen: times.chosen)
        return try desk.renderer.render(
            "booking/move", page, titleKey: "booking.move.title", context: context,
            status: refusal.map { .init(code: $0.kind.status) } ?? .ok)
    }

    /// Both times side by side, one press away.
    private func confirmation(of found: Reservation, to start: Instant, _ context: WebContext) throws -> Response {
        let words = desk.words(context)
        let url = pagePath("bookings", found.id)
        let facts = VisitFacts(found, desk: desk, words: words)
        let length = found.start.flatMap { from in found.end.map { $0 - from } }
        let page = MoveConfirmPage(
            item: facts.item, hall: facts.hall, now: facts.when,
            new: words.moment(start, length.map { start + $0 }), start: ProvinceTime.format(start),
            moveURL: url + "/move", timesURL: url + "/move?date=\(ProvinceTime.date(of: start))", backURL: url,
            key: desk.newKey())
        return try desk.renderer.render(
            "booking/move-confirm", page, titleKey: "booking.move.confirm.title", context: context)
    }

    private func move(_ request: Request, _ context: WebContext) async throws -> Response {
        let url = try url(context)
        let person = try context.requireSignedIn(returnTo: url + "/move")
        let id = try context.pathParameter("id", max: 64)
        let form = try await ParameterList.form(request)
        let key = try form.required("key")
        let found = try await desk.booking.reservations.find(id, by: person).reservation
        guard let start = ProvinceTime.parse(try form.required("start")), key.utf8.count <= 64 else {
            return try await timesPage(found, date: nil, refusal: .noTime, context: context)
        }
        do {
            let moved = try await desk.booking.reservations.move(
                id, to: start, by: person, idempotencyKey: "\(key).\(start.seconds)"
            ).reservation
            return .redirect303(pagePath("bookings", moved.id))
        } catch let problem as Problem where problem.kind == .limitReached && !found.canBeMovedAgain(desk.settings) {
            return try await movedEnough(context)
        } catch let problem as Problem where MovePages.showsState.contains(problem.kind) {
            return try await ReservationPages(desk: desk).one(
                context, refusal: problem.kind, in: "booking.move.fault")
        } catch let problem as Problem {
            guard let refusal = RefusedTime(problem, start: start) else { throw problem }
            return try await timesPage(
                found, date: ProvinceTime.date(of: start), refusal: refusal, context: context)
        }
    }

    /// The booking as it stands, and why its time stays.
    private func movedEnough(_ context: WebContext) async throws -> Response {
        try await ReservationPages(desk: desk).one(context, refusal: .limitReached, in: "booking.move.enough")
    }

    /// Refusals that are answered with the booking as it stands now.
    private static let showsState: Set<ProblemKind> = [.outOfOrder, .tooLate, .conflict]
}

extension Reservation.Origin {
    /// The channel whose share the visit took; a walk-in takes none, and is counted as the hall's.
    var channel: Channel {
        switch self {
        case .web: .web
        case .mobile: .mobile
        case .hall, .walkIn: .hall
        }
    }
}

extension Reservation {
    /// Whether its owner can still cancel or move it.
    func isChangeable(at now: Instant, cutoff: Duration) -> Bool {
        state == .booked && (start.map { now < $0 - cutoff } ?? false)
    }
}

/// Model of `booking/move`: the present time above, the free ones below.
struct MovePage: Sendable {
    let notice: PageNotice?
    let item: ItemPart
    let hall: HallPart
    let now: String?
    let backURL: String
    let moveURL: String
    let otherHallURL: String
    let days: [FreeTimes.Day]
    let chosen: FreeTimes.Chosen?
}

/// Model of `booking/move-confirm`.
struct MoveConfirmPage: Sendable {
    let item: ItemPart
    let hall: HallPart
    let now: String?
    let new: String
    let start: String
    let moveURL: String
    let timesURL: String
    let backURL: String
    let key: String
}
