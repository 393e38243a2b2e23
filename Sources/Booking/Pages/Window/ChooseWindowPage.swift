import Catalogue
import Core
import Web

/// Model of `booking/window/choose`.
struct ChooseWindowPage: Sendable {
    let place: String
    let notice: PageNotice?
    let hasHalls: Bool
    let mine: Mine?
    let halls: [Panel]

    /// The window the reader has open already.
    struct Mine: Sendable {
        let title: String
        let url: String
    }

    struct Panel: Sendable {
        let name: String
        let summary: String
        let windows: [Row]
    }

    struct Row: Sendable {
        let name: String
        let group: String
        let url: String
        let open: Bool
        var mine = false
        let state: String
        /// How many people wait in the window's queue, which is what a choice hangs on; `nil` for none.
        let waiting: String?
        /// What a manager needs in order to find a window that somebody left.
        var since: String?
    }
}

extension PageWords {
    /// What somebody who works at windows, and whose account names no hall, can do about it.
    var withoutHall: PageNotice {
        var notice = PageNotice(.info, title: self("window.noHall"), text: self("window.noHall.text"))
        notice.link = PageNotice.Link(url: "/account", label: self("window.noHall.account"))
        return notice
    }
}

extension ChooseWindowPage.Panel {
    init(name: String, windows: [ChooseWindowPage.Row], words: PageWords) {
        self.init(
            name: name,
            summary: words(
                "window.openCount", ["open": String(windows.count { $0.open }), "count": String(windows.count)]),
            windows: windows)
    }
}

extension ChooseWindowPage.Row {
    init(
        _ window: ServiceWindow, _ state: WindowState, waiting: Int, reader: Principal, desk: PageDesk, words: PageWords
    ) {
        name = words.window(window.number)
        group = desk.snapshot.group(window.group).map { words($0.name) } ?? ""
        url = pagePath("window", window.id)
        open = state.open
        mine = state.officer == reader.subject
        self.state = words(
            !state.open ? "window.free" : state.isAbandoned ? "window.unattended" : "window.taken")
        self.waiting = waiting > 0 ? words.count("window.waiting", waiting) : nil
        since = reader.roles.contains(.manager) ? Self.since(state, now: desk.now, words: words) : nil
    }

    private static func since(_ state: WindowState, now: Instant, words: PageWords) -> String? {
        if let current = state.current, let from = current.startedAt ?? current.calledAt {
            return words(
                "window.busyWith",
                [
                    "number": current.number, "state": words("booking.state.\(current.state.rawValue)"),
                    "minutes": String(max(0, (now - from).milliseconds / 60_000)),
                ])
        }
        return state.openedAt.map { words.openSince($0, now: now) }
    }
}
