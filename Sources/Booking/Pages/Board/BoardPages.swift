import Catalogue
import Core
import Hummingbird
import Web

/// `/board…`: the wall screen of a hall, open to everybody because it shows numbers only.
struct BoardPages: Sendable {
    let desk: PageDesk

    func addRoutes(to router: WebRouter) {
        router.pages.get("/board") { _, context in try choose(context) }
        router.pages.get("/board/{hall}") { _, context in try await board(context) }
    }

    private func choose(_ context: WebContext) throws -> Response {
        let words = desk.words(context)
        let halls = desk.snapshot.halls.filter { !desk.snapshot.windows(in: $0.id).isEmpty }
        let page = ChooseBoardPage(
            halls: halls.map { .init(name: words($0.name), url: pagePath("board", $0.id)) })
        return try desk.renderer.render(
            "booking/board/choose", page, titleKey: "board.choose.title", context: context)
    }

    private func board(_ context: WebContext) async throws -> Response {
        let hall = try desk.hall(context)
        let words = desk.words(context)
        let state = try await desk.booking.board.snapshot(hall: hall.id)
        let page = BoardPage(state, hall: hall, desk: desk, words: words)
        return try desk.renderer.render("booking/board/hall", page, title: page.hall.name, context: context)
    }
}

/// Model of `booking/board/choose`.
struct ChooseBoardPage: Sendable {
    let halls: [Row]

    struct Row: Sendable {
        let name: String
        let url: String
    }
}

/// Model of `booking/board/hall`.
struct BoardPage: Sendable {
    let hall: HallPart
    let date: String
    let time: String
    let sequence: Int64
    let eventsURL: String
    /// The province's date, `2026-11-24`; the wall is drawn anew when it has passed.
    let day: String
    /// What is spoken, one language after the other.
    let voices: [Voice]
    let countText: String
    let now: Call?
    let calls: [Call]
    let hasCalls: Bool
    let queues: [QueueRow]
    let windows: [WindowSign]

    struct Call: Sendable {
        let number: String
        let window: String
        let to: String
        let zone: String?
        let fresh: Bool
    }

    /// A sentence with `{number}` and `{window}` in one language.
    struct Voice: Sendable {
        let lang: String
        let say: String
    }

    struct QueueRow: Sendable {
        let id: String
        let name: String
        let count: String
    }

    /// What stands above a window, so that the script can show a call without asking.
    struct WindowSign: Sendable {
        let id: String
        let number: Int
        let to: String
        let zone: String?
    }

    /// Rows of earlier calls and of queues that a wall can show.
    private static let callRows = 6
    private static let queueRows = 6

    init(_ state: BoardSnapshot, hall: Hall, desk: PageDesk, words: PageWords) {
        let snapshot = desk.snapshot
        self.hall = HallPart(hall, words: words)
        date = words.date(words.today)
        time = ProvinceTime.clock(desk.now)
        sequence = state.sequence
        eventsURL = pagePath("api", "v1", "halls", hall.id, "board", "events")
        day = words.today.description
        voices = [words.locale, words.locale.other].map { locale in
            Voice(
                lang: locale == .en ? "en-GB" : "zh-CN", say: words.renderer.text("board.say", locale))
        }
        countText = words("board.count", ["count": "{count}"])
        let signs = snapshot.windows(in: hall.id).map { window in
            WindowSign(
                id: window.id, number: window.number,
                to: words("board.to", ["window": words.window(window.number)]),
                zone: snapshot.group(window.group).flatMap { snapshot.zone($0.zone) }.map { words.zone($0) })
        }
        let signOf = Dictionary(signs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let calls = state.calls.sorted { $0.calledAt > $1.calledAt }.map { call in
            let sign = signOf[call.window]
            return Call(
                number: call.number, window: call.window, to: sign?.to ?? call.window, zone: sign?.zone,
                fresh: desk.now - call.calledAt < .seconds(10))
        }
        now = calls.first
        self.calls = Array(calls.dropFirst().prefix(BoardPage.callRows))
        hasCalls = !self.calls.isEmpty
        let busy = state.queues.sorted { ($0.waiting, $1.queue) > ($1.waiting, $0.queue) }.prefix(BoardPage.queueRows)
        queues = busy.sorted { $0.queue < $1.queue }.map { queue in
            QueueRow(
                id: queue.queue, name: snapshot.group(queue.queue).map { words($0.name) } ?? queue.queue,
                count: words.count("board.count", queue.waiting))
        }
        windows = signs
    }
}
