import Catalogue
import Core
import Hummingbird
import Web

/// `/kiosk…`: the number machine of a hall. Links and form posts only; scripts make it quicker.
struct KioskPages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        let pages = router.pages
        pages.get("/kiosk") { request, context in try start(request, context) }
        pages.get("/kiosk/{hall}") { _, context in try await home(context) }
        pages.get("/kiosk/{hall}/code") { _, context in try code(context) }
        pages.post("/kiosk/{hall}/check-in") { request, context in try await checkIn(request, context) }
        pages.get("/kiosk/{hall}/take") { request, context in try take(request, context) }
        pages.get("/kiosk/{hall}/take/{item}") { _, context in try await item(context) }
        pages.post("/kiosk/{hall}/tickets") { request, context in try await issue(request, context) }
        for form: RouterPath in ["/kiosk/{hall}/check-in", "/kiosk/{hall}/tickets"] {
            pages.get(form) { _, context in Response.redirect303(try machine(context).2.url) }
        }
        pages.get("/kiosk/{hall}/issued/{ticket}") { request, context in try await issued(request, context) }
    }

    /// An enrolled machine goes to its own hall; any other is asked to enrol.
    private func start(_ request: Request, _ context: WebContext) throws -> Response {
        if let device = context.principal, device.scopes.contains(Scope.kiosk), let hall = device.hall {
            return .redirect303(pagePath("kiosk", hall))
        }
        return try desk.renderer.render(
            "booking/kiosk/enrol", EnrolPage(), titleKey: "kiosk.choose.title", context: context)
    }

    /// The hall of this page and the machine that stands in it.
    ///
    /// - Throws: `WrongMachine` for anything but an enrolled machine of this hall.
    private func machine(_ context: WebContext) throws -> (Hall, Principal, KioskShell) {
        let hall = try desk.hall(context)
        guard let device = context.principal, device.scopes.contains(Scope.kiosk), device.hall == hall.id else {
            throw WrongMachine()
        }
        let words = desk.words(context)
        let shell = KioskShell(
            HallPart(hall, words: words), closed: ClosedHall(hall, desk: desk, words: words), scanKey: desk.newKey())
        return (hall, device, shell)
    }

    private func home(_ context: WebContext) async throws -> Response {
        let (hall, _, shell) = try machine(context)
        let waiting = try await desk.booking.board.snapshot(hall: hall.id).queues.reduce(0) { $0 + $1.waiting }
        let words = desk.words(context)
        let page = KioskHomePage(
            shell: shell, notice: nil, date: words.date(words.today), time: ProvinceTime.clock(desk.now),
            codeURL: shell.url + "/code", waiting: waiting)
        return try desk.renderer.render("booking/kiosk/home", page, title: shell.hall.name, context: context)
    }

    private func code(
        _ context: WebContext, typed: String = "", refusal: PageNotice? = nil, status: Int = 200
    ) throws -> Response {
        let (_, _, shell) = try machine(context)
        let page = KioskCodePage(
            shell: shell, notice: refusal, homeURL: shell.url, checkInURL: shell.url + "/check-in",
            code: KioskCode.grouped(typed), key: desk.newKey())
        return try desk.renderer.render(
            "booking/kiosk/code", page, titleKey: "kiosk.code.title", context: context, status: .init(code: status))
    }

    private func checkIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let (hall, device, shell) = try machine(context)
        let form = try await ParameterList.form(request)
        let typed = KioskCode.digits(try form.single("code") ?? "")
        if let press = try form.single("press") {
            return try code(context, typed: KioskCode.pressing(press, after: typed))
        }
        let scanned = try form.single("ticket")
        guard let proof = scanned.map(KioskCode.proof(scanned:)) ?? KioskCode.proof(typed: typed) else {
            return try code(context, again: typed, "kiosk.code.bad")
        }
        // Nobody types ten digits twice for one slip of the finger.
        if scanned == nil, KioskCode.isMistyped(typed) {
            return try code(context, again: typed, "kiosk.code.mistyped")
        }
        do {
            let ticket = try await desk.booking.checkIns.redeem(
                hall: hall.id, proof: proof, asWalkIn: try form.single("walkIn") == "yes", by: device,
                idempotencyKey: try key(form))
            return .redirect303(shell.url + pagePath("issued", ticket.id) + "?by=booking")
        } catch let problem as Problem where problem.kind.status < 500 || problem.kind == .busy {
            return try fault(problem, proof: proof, shell: shell, retryURL: shell.url + "/code", context)
        }
    }

    /// The number pad as it was left, and what is wrong with it.
    private func code(_ context: WebContext, again typed: String, _ key: String) throws -> Response {
        let words = desk.words(context)
        let notice = PageNotice(.danger, title: words(key), text: words(key + ".text"))
        return try code(context, typed: typed, refusal: notice, status: 422)
    }

    private func key(_ form: ParameterList) throws -> String {
        let key = try form.required("key")
        guard key.utf8.count <= 64 else { throw Problem.invalid("key", "the key is too long") }
        return key
    }

    private func take(_ request: Request, _ context: WebContext) throws -> Response {
        let (hall, _, shell) = try machine(context)
        guard shell.takeURL != nil else { return .redirect303(shell.url) }
        let query = try ParameterList.query(request)
        let chooser = ChooseService(desk: desk, words: desk.words(context), hall: hall, shell: shell)
        let page = try chooser.page(
            query: query.single("q"), department: query.single("department"),
            number: query.single("page").flatMap { Int($0) } ?? 1)
        return try desk.renderer.render("booking/kiosk/take", page, title: page.title, context: context)
    }

    private func item(_ context: WebContext) async throws -> Response {
        let (hall, _, shell) = try machine(context)
        guard shell.takeURL != nil else { return .redirect303(shell.url) }
        let item = try desk.item(context)
        guard let group = desk.snapshot.group(serving: item.id, in: hall.id) else { throw Problem(.notFound) }
        let words = desk.words(context)
        let waiting =
            try await desk.booking.board.snapshot(hall: hall.id).queues
            .first { $0.queue == group.id }?.waiting ?? 0
        let page = KioskItemPage(
            shell: shell, notice: nil,
            backURL: shell.url + "/take?department=" + PercentDecoding.escape(item.department),
            item: ItemPart(item, words: words), note: words.count("kiosk.item.minutes", item.minutes),
            online: item.channels.contains(.online), materials: MaterialsPart(item, words: words, limit: 6),
            queue: words("kiosk.item.queue", ["waiting": String(waiting)]), takeURL: shell.url + "/tickets",
            key: desk.newKey())
        return try desk.renderer.render("booking/kiosk/item", page, title: page.item.name, context: context)
    }

    private func issue(_ request: Request, _ context: WebContext) async throws -> Response {
        let (hall, device, shell) = try machine(context)
        let form = try await ParameterList.form(request)
        let item = try form.required("item")
        let priority = try form.single("class").flatMap(PriorityClass.init(rawValue:)) ?? .ordinary
        do {
            let ticket = try await desk.booking.walkIns.issue(
                hall: hall.id, item: item, priority: priority, by: device, idempotencyKey: try key(form))
            return .redirect303(shell.url + pagePath("issued", ticket.id))
        } catch let problem as Problem where problem.kind.status < 500 || problem.kind == .busy {
            return try fault(problem, shell: shell, retryURL: shell.url + "/take", context)
        }
    }

    private func issued(_ request: Request, _ context: WebContext) async throws -> Response {
        let (hall, _, shell) = try machine(context)
        let ticket = try await desk.booking.queue.ticket(try context.pathParameter("ticket", max: 64))
        // A number that was called or finished in the meantime is nobody's business at this machine.
        guard ticket.hall == hall.id, ticket.state == .waiting || ticket.state == .called else {
            return .redirect303(shell.endURL)
        }
        let isBooked = try ParameterList.query(request).single("by") == "booking"
        let page = KioskIssuedPage(ticket, isBooked: isBooked, shell: shell, desk: desk, words: desk.words(context))
        return try desk.renderer.render("booking/kiosk/issued", page, title: page.title, context: context)
    }

    private func fault(
        _ problem: Problem, proof: CheckInProof? = nil, shell: KioskShell, retryURL: String, _ context: WebContext
    ) throws -> Response {
        let page = KioskFaultPage(
            problem, proof: proof, shell: shell, retryURL: retryURL, desk: desk, words: desk.words(context))
        return try desk.renderer.render(
            "booking/kiosk/fault", page, title: page.title, context: context,
            status: .init(code: problem.kind.status))
    }
}

/// The page belongs to an enrolled machine of the hall; everybody else is taken to enrolment.
struct WrongMachine: RespondingError {
    func response(to request: Request, context: WebContext) throws -> Response {
        Response.redirect303("/kiosk")
    }
}
