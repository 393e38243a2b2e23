import Core
import Cryptography
import HTTPTypes
import Hummingbird
import Web

/// `/account/password`: a new password, after a sign-in of the last few minutes.
struct PasswordEndpoint: Sendable {
    let change: ChangePassword
    let browsers: BrowserSessions
    let crypto: any CryptoProvider
    let renderer: PageRenderer
    let settings: IdentitySettings
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let session = try await freshSession(of: request) else { return signInFirst() }
        return try await page(session, nil, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        guard let session = try await freshSession(of: request), let handle = browsers.handle(of: request) else {
            return signInFirst()
        }
        guard let old = try form.single("current"), let new = try form.single("new"), old.utf8.count <= 1024,
            new.utf8.count <= 1024
        else { return try await page(session, .incomplete, context) }
        guard try form.single("repeated") == new else { return try await page(session, .differs, context) }
        let attempt = ChangePassword.Attempt(
            old: Secret(old), new: Secret(new), sessionHandle: handle,
            deviceHash: crypto.digest(browsers.device(of: request)), address: context.clientAddress)
        let outcome: ChangePassword.Outcome
        do {
            outcome = try await change(attempt, in: session)
        } catch let problem as Problem where problem.kind == .busy {
            let seconds = problem.headers.first { $0.name == "Retry-After" }?.value ?? "5"
            return try await page(session, .busy(retryAfter: seconds), context)
        }
        switch outcome {
        case .wrongPassword: return try await page(session, .wrongPassword, context)
        case .refused(let refusal): return try await page(session, .refused(refusal), context)
        case .throttled(let delay): return try await page(session, .throttled(delay), context)
        case .signedOut: return signInFirst()
        case .changed(let fresh, let ended):
            await change.sessions.announce(ended)
            var response = try renderer.render(
                "identity/notice", NoticePage.passwordChanged, titleKey: "identity.notice.title", context: context)
            browsers.keep(fresh, on: &response)
            return response
        }
    }

    /// Rule 32: whoever finds an open browser is asked for the password before anything.
    private func freshSession(of request: Request) async throws -> SSOSession? {
        guard let session = try await browsers.session(of: request),
            session.authenticatedAt + settings.freshSignIn >= surroundings.now()
        else { return nil }
        return session
    }

    private func signInFirst() -> Response {
        let seconds = settings.freshSignIn.milliseconds / 1000
        return Response.redirect303("/auth/sign-in?return=%2Faccount%2Fpassword&max_age=\(seconds)").withNoStore()
    }

    private func page(_ session: SSOSession, _ fault: PasswordPage.Fault?, _ context: WebContext) async throws
        -> Response
    {
        let model = PasswordPage(fault, least: try await change.shortest(for: session.personID))
        var response = try renderer.render(
            "identity/password", model, titleKey: "identity.password.title", context: context, status: model.status)
        switch fault {
        case .throttled(let delay): response.headers[.retryAfter] = String(max(1, delay.milliseconds / 1000))
        case .busy(let seconds): response.headers[.retryAfter] = seconds
        default: break
        }
        return response
    }
}

/// Model of `identity/password`.
struct PasswordPage: Sendable {
    enum Fault: Sendable {
        case incomplete
        /// The two new ones are not the same.
        case differs
        case wrongPassword
        case refused(PasswordRefusal)
        case throttled(Duration)
        case busy(retryAfter: String)
    }

    /// One flag for each text; mustache knows no other choice.
    let faults: [String: Bool]
    let hasFault: Bool
    let currentIsWrong: Bool
    let newIsWrong: Bool
    /// The number that the fault's text names.
    let limit: Int
    /// Characters a new password of this person must have.
    let least: Int
    let waitMinutes: Int
    let waitSeconds: String
    let status: HTTPResponse.Status

    init(_ fault: Fault?, least: Int) {
        self.least = least
        var name: String?
        var limit = 0
        var minutes = 0
        var seconds = ""
        var status = HTTPResponse.Status.badRequest
        switch fault {
        case nil: status = .ok
        case .incomplete: name = "incomplete"
        case .differs: name = "differs"
        case .wrongPassword: name = "wrong"
        case .refused(let refusal):
            name = refusal.textName
            limit = refusal.limit ?? 0
        case .throttled(let delay):
            name = "throttled"
            minutes = Int(delay.milliseconds / 60_000) + 1
            status = .tooManyRequests
        case .busy(let retryAfter):
            name = "busy"
            seconds = retryAfter
            status = .serviceUnavailable
        }
        faults = name.map { [$0: true] } ?? [:]
        hasFault = name != nil
        currentIsWrong = name == "wrong"
        newIsWrong = hasFault && !currentIsWrong && status == .badRequest
        self.limit = limit
        waitMinutes = minutes
        waitSeconds = seconds
        self.status = status
    }
}
