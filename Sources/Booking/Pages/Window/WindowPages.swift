import Catalogue
import Core
import Hummingbird
import Web

/// `/window…`: where an officer calls, starts and finishes. Every action is a form of its own.
struct WindowPages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        router.pages.get("/window") { _, context in try await choose(context) }
        router.pages.get("/window/{window}") { _, context in try await show(context) }
        router.pages.get("/window/{window}/{action}") { _, context in
            Response.redirect303(pagePath("window", try context.pathParameter("window")))
        }
        router.pages.post("/window/{window}/{action}") { request, context in try await act(request, context) }
    }

    private func officer(_ context: WebContext) throws -> Principal {
        let officer = try context.require(anyOf: [.officer, .manager])
        guard officer.scopes.contains(Scope.window) else { throw Problem.insufficientScope(Scope.window) }
        return officer
    }

    /// Halls an officer may work in: the own one and its branches; a manager without a hall, all.
    private func halls(of officer: Principal) -> [Hall] {
        desk.snapshot.halls.filter { hall in
            officer.hall == nil || hall.id == officer.hall || hall.parent == officer.hall
        }
    }

    private func choose(_ context: WebContext, refusal: ProblemKind? = nil) async throws -> Response {
        let officer = try officer(context)
        let words = desk.words(context)
        var panels = [ChooseWindowPage.Panel]()
        for hall in halls(of: officer) {
            var rows = [ChooseWindowPage.Row]()
            for window in desk.snapshot.windows(in: hall.id) {
                rows.append(try await row(window, officer: officer, words: words))
            }
            if !rows.isEmpty { panels.append(.init(name: words(hall.name), windows: rows)) }
        }
        let own = officer.hall.map { HallPart($0, in: desk.snapshot, words: words).name }
        let page = ChooseWindowPage(
            place: own ?? words("layout.console"),
            notice: refusal.map { PageNotice($0, in: "window.fault", words: words) }, halls: panels)
        return try desk.renderer.render(
            "booking/window/choose", page, titleKey: "window.choose.title", context: context,
            status: refusal.map { .init(code: $0.status) } ?? .ok)
    }

    private func row(
        _ window: ServiceWindow, officer: Principal, words: PageWords
    ) async throws -> ChooseWindowPage.Row {
        let state = try await desk.booking.queue.state(of: window.id, by: officer)
        return ChooseWindowPage.Row(
            name: words.window(window.number), group: desk.snapshot.group(window.group).map { words($0.name) } ?? "",
            url: pagePath("window", window.id), open: state.open,
            state: words(state.open ? "window.taken" : "window.free"))
    }

    private func show(
        _ context: WebContext, refusal: ProblemKind? = nil
    ) async throws -> Response {
        let officer = try officer(context)
        let words = desk.words(context)
        guard let window = desk.snapshot.window(try context.pathParameter("window")) else { throw Problem(.notFound) }
        let state = try await desk.booking.queue.state(of: window.id, by: officer)
        let page = DeskPage(
            state, window: window, officer: officer, refusal: refusal, desk: desk, words: words)
        return try desk.renderer.render(
            "booking/window/desk", page, title: page.window.name, context: context,
            status: refusal.map { .init(code: $0.status) } ?? .ok)
    }

    private func act(_ request: Request, _ context: WebContext) async throws -> Response {
        let window = try context.pathParameter("window")
        let officer = try officer(context)
        guard let action = WindowAction(rawValue: try context.pathParameter("action", max: 20)) else {
            throw Problem(.notFound)
        }
        let ticket = try await ParameterList.form(request).single("ticket")
        let queue = desk.booking.queue
        do {
            switch action {
            case .open: _ = try await queue.open(window, by: officer)
            case .close: _ = try await queue.close(window, by: officer)
            case .release: _ = try await queue.close(window, takeBack: true, by: officer)
            case .callNext: _ = try await queue.callNext(window, by: officer)
            case .recall: _ = try await queue.recall(try known(ticket), by: officer)
            case .start: _ = try await queue.start(try known(ticket), by: officer)
            case .skip: _ = try await queue.skip(try known(ticket), by: officer)
            case .park: _ = try await queue.park(try known(ticket), by: officer)
            case .resume: _ = try await queue.resume(try known(ticket), by: officer)
            case .finish: _ = try await queue.finish(try known(ticket), by: officer)
            }
        } catch let problem as Problem where WindowPages.showsState.contains(problem.kind) {
            return try await show(context, refusal: action == .open ? .conflict : problem.kind)
        } catch let problem as Problem where problem.kind == .forbidden {
            return try await choose(context, refusal: problem.kind)
        }
        return .redirect303(pagePath("window", window))
    }

    private func known(_ ticket: String?) throws -> String {
        guard let ticket, ticket.utf8.count <= 64 else { throw Problem.invalid("ticket", "the ticket is missing") }
        return ticket
    }

    /// Refusals that are answered with the desk as it stands now.
    private static let showsState: Set<ProblemKind> = [.outOfOrder, .nobodyWaiting, .conflict, .busy, .queueClosed]
}

/// What an officer can do at a window; the raw value is the path.
enum WindowAction: String, CaseIterable, Sendable {
    case open, close
    /// Close with whoever is there sent back to the queue.
    case release
    case callNext = "call-next"
    case recall, start, skip, park, resume, finish

    var icon: String {
        switch self {
        case .open, .close, .release: "power"
        case .callNext: "bell"
        case .recall: "repeat"
        case .start: "play"
        case .skip: "skip"
        case .park: "pause"
        case .resume: "users"
        case .finish: "check"
        }
    }

    /// The key on the keyboard; empty for what is done by pointing, so that no slip of the hand does it.
    var shortcut: String {
        switch self {
        case .open: "o"
        case .close: "q"
        case .callNext: "n"
        case .recall: "r"
        case .start: "s"
        case .skip: "k"
        case .park: "p"
        case .resume, .release: ""
        case .finish: "f"
        }
    }
}
