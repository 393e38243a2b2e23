import Core
import HTTPTypes

/// Model of `identity/login`.
struct LoginPage: Sendable {
    enum Fault: Sendable {
        /// Unknown name and wrong password look alike (identity rule 29).
        case refused
        case throttled(Duration)
        /// Too many passwords wait to be checked.
        case busy(retryAfter: String)
    }

    let request: String?
    /// The system that the person is on the way to.
    let clientName: String?
    /// What the system says about itself.
    var system: SystemNotice?
    let username: String
    let refused: Bool
    let throttled: Bool
    let waitMinutes: Int
    let busy: Bool
    let waitSeconds: String
    /// Cursor in the first empty field.
    let focusPassword: Bool
    let demo: Bool
    let status: HTTPResponse.Status

    init(request: String?, clientName: String?, username: String, fault: Fault?, demo: Bool) {
        self.request = request
        self.clientName = clientName
        self.username = String(username.prefix(128))
        self.demo = demo
        focusPassword = !username.isEmpty
        var wait = (minutes: 0, seconds: "")
        var flags = (refused: false, throttled: false, busy: false)
        switch fault {
        case nil: status = .ok
        case .refused:
            flags.refused = true
            status = .badRequest
        case .throttled(let delay):
            flags.throttled = true
            wait.minutes = Int(delay.milliseconds / 60_000) + 1
            status = .tooManyRequests
        case .busy(let seconds):
            flags.busy = true
            wait.seconds = seconds
            status = .serviceUnavailable
        }
        (refused, throttled, busy) = flags
        (waitMinutes, waitSeconds) = wait
    }
}

/// Logo and rules of the system that a person is on the way to (OpenID Connect Registration §2).
struct SystemNotice: Sendable {
    /// Name of our copy of the picture.
    let logo: String?
    let policyURI: String?
    let termsURI: String?
}

/// Model of `identity/notice`: one of a few fixed messages.
struct NoticePage: Sendable {
    var signInGone = false
    var signInCompleted = false
    var passwordChanged = false
    /// Name of an error of the protocol, for developers.
    var errorCode: String?
    var errorText: String?
    var clientFault = false
    var signOutFault = false

    static let signInGone = NoticePage(signInGone: true)
    static let signInCompleted = NoticePage(signInCompleted: true)
    static let passwordChanged = NoticePage(passwordChanged: true)
}
