import Catalogue
import Core
import Hummingbird
import Web

/// `/book/…`: hall, day and time, then a hold. Signing in comes in between, once, when it is needed.
struct CitizenPages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        router.pages.get("/book/{item}") { request, context in try await halls(request, context) }
        router.pages.get("/book/{item}/{hall}") { request, context in try await times(request, context) }
        router.pages.get("/book/{item}/{hall}/resume") { request, context in try await resume(request, context) }
        // Whoever comes to a form's address by reloading or by signing in again finds the page it stands on.
        router.pages.get("/book/{item}/{hall}/hold") { _, context in
            Response.redirect303(pagePath("book", try desk.item(context).id, try desk.hall(context).id))
        }
        router.pages.post("/book/{item}/{hall}/hold") { request, context in try await hold(request, context) }
    }

    private func halls(_ request: Request, _ context: WebContext) async throws -> Response {
        let item = try desk.item(context)
        let query = try ParameterList.query(request)
        let near = try query.single("near").flatMap { Place(text: $0) }.flatMap { $0.isOnEarth ? $0 : nil }
        let page = try await ChooseHall(desk: desk, words: desk.words(context))
            .page(item, city: try query.single("city"), near: near)
        return try desk.renderer.render("booking/halls", page, titleKey: "booking.halls.title", context: context)
    }

    private func times(_ request: Request, _ context: WebContext) async throws -> Response {
        let date = try ParameterList.query(request).single("date").flatMap { LocalDate($0) }
        let (item, hall) = (try desk.item(context), try desk.hall(context))
        guard desk.snapshot.isBookable(item, at: hall.id) else {
            return try await withoutTimes(item, hall, context: context)
        }
        return try await timesPage(item, hall, date: date, context: context)
    }

    /// Whoever followed an old link, or wrote one, to a hall in which the item is not booked: where it is done.
    private func withoutTimes(_ item: ServiceItem, _ hall: Hall, context: WebContext) async throws -> Response {
        let page = try await ChooseHall(desk: desk, words: desk.words(context))
            .page(item, city: hall.city, asked: hall)
        return try desk.renderer.render(
            "booking/halls", page, titleKey: "booking.halls.title", context: context,
            status: page.elsewhere == nil ? .ok : .notFound)
    }

    /// The page of free times, after a refusal with its reason on top and the latest counts below.
    private func timesPage(
        _ item: ServiceItem, _ hall: Hall, date: LocalDate?, refusal: RefusedTime? = nil, context: WebContext
    ) async throws -> Response {
        let page = try await ChooseTime(desk: desk, words: desk.words(context))
            .page(item, hall, date: date, refusal: refusal)
        return try desk.renderer.render(
            "booking/times", page, titleKey: "booking.times.title", context: context,
            status: refusal.map { .init(code: $0.kind.status) } ?? .ok)
    }

    private func hold(_ request: Request, _ context: WebContext) async throws -> Response {
        let (item, hall) = (try desk.item(context), try desk.hall(context))
        guard desk.snapshot.isBookable(item, at: hall.id) else { throw Problem(.notFound) }
        let form = try await ParameterList.form(request)
        let key = try form.required("key")
        let text = try form.required("start")
        guard let start = ProvinceTime.parse(text), key.utf8.count <= 64 else {
            return try await timesPage(item, hall, date: nil, refusal: .noTime, context: context)
        }
        let resume = ParameterList(["start": ProvinceTime.format(start), "key": key])
        let person = try context.requireSignedIn(
            returnTo: pagePath("book", item.id, hall.id, "resume") + "?" + resume.encoded)
        do {
            // One key per time: the same press twice is one hold, another time is another hold.
            let reservation = try await desk.booking.reservations.hold(
                HoldRequest(hall: hall.id, items: [item.id], start: start), by: person,
                idempotencyKey: "\(key).\(start.seconds)")
            return .redirect303(pagePath("bookings", reservation.id))
        } catch let problem as Problem {
            guard let refusal = RefusedTime(problem, start: start) else { throw problem }
            return try await timesPage(
                item, hall, date: ProvinceTime.date(of: start), refusal: refusal, context: context)
        }
    }

    /// After signing in: the choice made before, one press away from being held.
    private func resume(_ request: Request, _ context: WebContext) async throws -> Response {
        let (item, hall) = (try desk.item(context), try desk.hall(context))
        let query = try ParameterList.query(request)
        guard desk.snapshot.isBookable(item, at: hall.id),
            let start = try query.single("start").flatMap(ProvinceTime.parse),
            let key = try query.single("key"), key.utf8.count <= 64
        else { return .redirect303(pagePath("book", item.id, hall.id)) }
        _ = try context.requireSignedIn()
        let words = desk.words(context)
        let times = pagePath("book", item.id, hall.id)
        let page = ResumePage(
            item: ItemPart(item, words: words), hall: HallPart(hall, words: words), when: words.moment(start),
            start: ProvinceTime.format(start), key: key, holdURL: times + "/hold",
            timesURL: times + "?date=\(ProvinceTime.date(of: start))",
            goesOn: request.headers[.secFetchSite] == "same-origin")
        return try desk.renderer.render("booking/resume", page, titleKey: "booking.resume.title", context: context)
    }
}

/// Model of `booking/resume`.
struct ResumePage: Sendable {
    let item: ItemPart
    let hall: HallPart
    let when: String
    let start: String
    let key: String
    let holdURL: String
    let timesURL: String
    /// The step goes on by itself only on the way from our own sign-in: a link elsewhere must not hold a time for
    /// anybody.
    let goesOn: Bool
}
