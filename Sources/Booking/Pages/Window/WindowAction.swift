/// What an officer can do at a window; the raw value is the path.
enum WindowAction: String, CaseIterable, Sendable {
    case open, close
    /// Close with whoever is there sent back to the queue.
    case release
    case callNext = "call-next"
    case recall, start, skip, park, resume, finish, transfer, leave

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
        case .transfer: "arrow-right"
        case .leave: "walk"
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
        case .finish: "f"
        case .transfer: "t"
        case .resume, .leave, .release: ""
        }
    }
}
