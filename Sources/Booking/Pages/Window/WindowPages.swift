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

    /// Halls an officer may work in: the own one and its branches; without an own one, none.
    private func halls(of officer: Principal) -> [Hall] {
        guard let own = officer.hall else { return [] }
        return desk.snapshot.halls.filter { $0.id == own || $0.parent == own }
    }

    private func choose(_ context: WebContext, refusal: ProblemKind? = nil) async throws -> Response {
        let officer = try officer(context)
        let words = desk.words(context)
        var panels = [ChooseWindowPage.Panel]()
        var mine: ChooseWindowPage.Mine?
        for hall in halls(of: officer) {
            var rows = [ChooseWindowPage.Row]()
            let queues = try await desk.booking.board.snapshot(hall: hall.id).queuesByID
            for window in desk.snapshot.windows(in: hall.id) {
                let state = try await desk.booking.queue.state(of: window.id, by: officer)
                let row = ChooseWindowPage.Row(
                    window, state, waiting: queues[window.group]?.waiting ?? 0, reader: officer, desk: desk,
                    words: words)
                if row.mine {
                    mine = .init(
                        title: words("window.mine", ["window": words(hall.name) + " " + row.name]), url: row.url)
                }
                rows.append(row)
            }
            if !rows.isEmpty { panels.append(.init(name: words(hall.name), windows: rows, words: words)) }
        }
        let own = officer.hall.map { HallPart($0, in: desk.snapshot, words: words).name }
        // Who is bound to no hall gets no windows, and is told who can change that.
        let notice = own == nil ? words.withoutHall : refusal.map { PageNotice($0, in: "window.fault", words: words) }
        let page = ChooseWindowPage(
            place: own ?? words("layout.console"), notice: notice, hasHalls: !panels.isEmpty, mine: mine, halls: panels)
        return try desk.renderer.render(
            "booking/window/choose", page, titleKey: "window.choose.title", context: context,
            status: own == nil ? .forbidden : refusal.map { .init(code: $0.status) } ?? .ok)
    }

    private func show(
        _ context: WebContext, refusal: ProblemKind? = nil
    ) async throws -> Response {
        let officer = try officer(context)
        let words = desk.words(context)
        guard let window = desk.snapshot.window(try context.pathParameter("window")) else { throw Problem(.notFound) }
        let state: WindowState
        do {
            state = try await desk.booking.queue.state(of: window.id, by: officer)
        } catch let problem as Problem where problem.kind == .forbidden {
            return try await choose(context, refusal: problem.kind)
        }
        let board = try await desk.booking.board.snapshot(hall: window.hall)
        let page = DeskPage(
            state, board: board, window: window, officer: officer, refusal: refusal, desk: desk, words: words)
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
        let form = try await ParameterList.form(request)
        let ticket = try form.single("ticket")
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
            case .leave: _ = try await queue.leave(try known(ticket), by: officer)
            case .transfer:
                _ = try await queue.transfer(try known(ticket), to: try form.required("queue"), by: officer)
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
    private static let showsState: Set<ProblemKind> = [
        .outOfOrder, .nobodyWaiting, .conflict, .busy, .queueClosed, .notFound,
    ]
}
