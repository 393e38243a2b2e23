import Catalogue
import Core
import Web

/// Model of `booking/window/desk`.
struct DeskPage: Sendable {
    let hall: HallPart
    let window: Sign
    let notice: PageNotice?
    let eventsURL: String
    let open: Bool
    let openText: String
    let idleText: String
    /// A colleague's window as a manager sees it.
    let keeper: PageNotice?
    let current: Current?
    let actions: [Action]
    let transfer: Transfer?
    let queueName: String
    let waiting: String
    let hasQueue: Bool
    let queue: [Row]
    let hasAside: Bool
    let aside: [Aside]

    /// A number that was passed or set aside and may come back.
    struct Aside: Sendable {
        let number: String
        let state: String
        let tone: String
        let url: String
        let leaveURL: String
        let ticket: String
        let key: String
        /// The digit that brings it back; empty after the ninth.
        let shortcut: String
    }

    /// The other queues of the hall, to which the person at the window can go on.
    struct Transfer: Sendable {
        let url: String
        let ticket: String
        let key: String
        let shortcut: String
        let shortcutText: String
        let queues: [Target]

        struct Target: Sendable {
            let id: String
            let name: String
            let waiting: String
        }
    }

    struct Sign: Sendable {
        let name: String
    }

    struct Current: Sendable {
        let number: String
        let state: String
        let tone: String
        let items: String
        let slot: String?
        let priority: String?
        let recalls: String?
        let since: String
        let sinceText: String
    }

    struct Action: Sendable {
        let name: String
        let label: String
        let url: String
        let icon: String
        let style: String
        let shortcut: String
        let shortcutText: String
        let ticket: String?
        let key: String
    }

    struct Row: Sendable {
        let number: String
        let items: String
        let mark: String?
        let tone: String
        let waited: String
    }

    init(
        _ state: WindowState, board: BoardSnapshot, window: ServiceWindow, officer: Principal, refusal: ProblemKind?,
        desk: PageDesk, words: PageWords
    ) {
        let snapshot = desk.snapshot
        hall = HallPart(state.hall, in: snapshot, words: words)
        self.window = Sign(name: words.window(window.number))
        notice = refusal.map { PageNotice($0, in: "window.fault", words: words) }
        eventsURL = pagePath("api", "v1", "halls", state.hall, "board", "events")
        open = state.open
        openText = words(state.open ? "window.open" : "window.closed")
        // A colleague's window can be looked at, not worked at; a manager can end the work there.
        let isMine = state.officer == nil || state.officer == officer.subject
        let isManager = officer.roles.contains(.manager)
        idleText = words(DeskPage.idleText(state, isMine: isMine))
        keeper = !isMine && isManager ? DeskPage.keeper(state, desk: desk, words: words) : nil
        current = state.current.map { Current($0, desk: desk, words: words) }
        let ticket = state.current?.ticket
        let possible = isMine ? DeskPage.possible(state) : DeskPage.possible(stranger: state, isManager: isManager)
        actions = possible.map { action in
            Action(
                action, label: words(DeskPage.label(of: action, isMine: isMine, isIdle: state.current == nil)),
                isMain: isMine && action == possible.first, url: pagePath("window", window.id, action.rawValue),
                ticket: ticket, key: desk.newKey())
        }
        transfer = isMine ? Transfer(state, board: board, desk: desk, words: words) : nil
        queueName = snapshot.group(state.queue).map { words($0.name) } ?? state.queue
        waiting = words.count("window.waiting", state.waiting)
        hasQueue = !state.next.isEmpty
        queue = state.next.map { Row($0, desk: desk, words: words) }
        hasAside = isMine && !state.aside.isEmpty
        aside = state.aside.enumerated().map { index, ticket in
            Aside(
                number: ticket.number, state: words("booking.state.\(ticket.state.rawValue)"), tone: ticket.state.tone,
                url: pagePath("window", window.id, WindowAction.resume.rawValue),
                leaveURL: pagePath("window", window.id, WindowAction.leave.rawValue), ticket: ticket.ticket,
                key: desk.newKey(), shortcut: index < 9 ? String(index + 1) : "")
        }
    }

    private static func keeper(_ state: WindowState, desk: PageDesk, words: PageWords) -> PageNotice {
        let text =
            state.current.map { words("window.keeper.busy", ["number": $0.number]) }
            ?? words("window.keeper.text", ["since": state.openedAt.map { words.openSince($0, now: desk.now) } ?? ""])
        return PageNotice(.lamp, title: words("window.keeper.title"), text: text)
    }

    /// The main action first; only what the state allows is offered.
    private static func possible(_ state: WindowState) -> [WindowAction] {
        switch state.current?.state {
        case .called: [.start, .recall, .skip, .release]
        case .serving: [.finish, .park, .release]
        default: state.open ? [.callNext, .close] : [.open]
        }
    }

    /// At a colleague's window: follow one who has gone, or, as a manager, end the work there.
    private static func possible(stranger state: WindowState, isManager: Bool) -> [WindowAction] {
        (state.isAbandoned ? [.open] : []) + (isManager ? [.release] : [])
    }

    private static func idleText(_ state: WindowState, isMine: Bool) -> String {
        guard isMine else { return state.isAbandoned ? "window.idle.abandoned" : "window.idle.taken" }
        return state.open ? "window.idle.open" : "window.idle.closed"
    }

    /// Key of the words on a button.
    private static func label(of action: WindowAction, isMine: Bool, isIdle: Bool) -> String {
        switch action {
        case .open where !isMine: "window.do.takeOver"
        case .release where !isMine: isIdle ? "window.do.closeFor" : "window.do.takeBack"
        default: "window.do.\(action.rawValue)"
        }
    }
}

extension DeskPage.Action {
    init(_ action: WindowAction, label: String, isMain: Bool, url: String, ticket: String?, key: String) {
        name = action.rawValue
        self.label = label
        self.url = url
        icon = action.icon
        style = isMain ? "next" : action == .release ? "quiet" : "second"
        shortcut = action.shortcut
        shortcutText = action.shortcut.uppercased()
        self.ticket = ticket
        self.key = key
    }
}

extension DeskPage.Transfer {
    /// `nil` unless a person is being served and the hall has another queue.
    init?(_ state: WindowState, board: BoardSnapshot, desk: PageDesk, words: PageWords) {
        guard let current = state.current, current.state == .serving else { return nil }
        let snapshot = desk.snapshot
        let live = board.queuesByID
        let isOpen = snapshot.isOpen(state.hall, at: desk.now)
        // Only where somebody serves, or will while the hall is open.
        let others = snapshot.groups(in: state.hall).filter { group in
            group.id != state.queue
                && (live[group.id]?.openWindows ?? 0 > 0 || (isOpen && snapshot.hasWindows(group.id)))
        }
        queues = others.map { group in
            Target(
                id: group.id, name: group.letter + " · " + words(group.name),
                waiting: words.count("window.waiting", live[group.id]?.waiting ?? 0))
        }
        if queues.isEmpty { return nil }
        url = pagePath("window", state.window, WindowAction.transfer.rawValue)
        ticket = current.ticket
        key = desk.newKey()
        shortcut = WindowAction.transfer.shortcut
        shortcutText = shortcut.uppercased()
    }
}

extension DeskPage.Current {
    init(_ called: CalledTicket, desk: PageDesk, words: PageWords) {
        number = called.number
        state = words("booking.state.\(called.state.rawValue)")
        tone = called.state.tone
        items = ItemPart(called.items, in: desk.snapshot, words: words).name
        slot = called.slotStart.map { ProvinceTime.clock($0) }
        priority = called.priority == .ordinary ? nil : words("window.priority")
        recalls = called.recalls > 0 ? String(called.recalls) : nil
        let from = called.startedAt ?? called.calledAt ?? desk.now
        since = ProvinceTime.format(from)
        sinceText = words.minutes(desk.now - from)
    }
}

extension DeskPage.Row {
    init(_ ticket: WaitingTicket, desk: PageDesk, words: PageWords) {
        number = ticket.number
        items = ItemPart(ticket.items, in: desk.snapshot, words: words).name
        if let slot = ticket.slotStart {
            mark = words("window.booked") + " " + ProvinceTime.clock(slot)
            tone = "info"
        } else if ticket.priority != .ordinary {
            mark = words("window.priority")
            tone = "lamp"
        } else {
            mark = nil
            tone = ""
        }
        waited = words.minutes(desk.now - ticket.issuedAt)
    }
}
