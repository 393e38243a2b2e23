import Core

/// Model of `web/error`, `web/error-kiosk` and `web/error-board`.
struct ErrorPage: Sendable {
    let status: Int
    let heading: String
    let advice: String
    let code: String
    /// Shown where support needs it.
    let requestId: String?
    let retry: Bool
    /// Where somebody whose account may not use the page signs in with another one.
    let otherAccountURL: String?
    /// Seconds until a screen that nobody looks after goes on by itself.
    var idle = 0
    /// Where it goes then: the start, in the first language again.
    var endURL = ""
    /// False where asking again can never help; a wall then says so and waits for somebody.
    var recovers = true
    /// At a machine that knows its hall.
    var scan: KioskScan?
}

/// What kind of screen an error is shown on; people at a machine or before a wall cannot use a browser's buttons.
enum ErrorScreen: Sendable {
    case page, kiosk, board

    /// - Parameter path: of the request.
    init(path: String) {
        switch path.split(separator: "/", maxSplits: 1).first {
        case "kiosk": self = .kiosk
        case "board": self = .board
        default: self = .page
        }
    }

    var template: String {
        switch self {
        case .page: "web/error"
        case .kiosk: "web/error-kiosk"
        case .board: "web/error-board"
        }
    }

    /// A machine gives the next person a fresh start; a wall asks again soon.
    var idle: Int {
        switch self {
        case .page: 0
        case .kiosk: 30
        case .board: 15
        }
    }

    func endURL(target: String) -> String {
        switch self {
        case .page: "/"
        case .kiosk:
            "/preferences?lang=\(WebLocale.zhHans.rawValue)&return=" + PercentDecoding.escape("/kiosk")
        case .board: target
        }
    }
}

extension ProblemKind {
    /// Whether the same request may succeed later, without anybody changing it.
    var recovers: Bool {
        status >= 500 || status == 408 || status == 429
    }
}
