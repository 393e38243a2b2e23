import Core
import HTTPTypes
import Hummingbird
import Storage
import Web

/// `GET` and `POST /login`: the sign-in page, for a waiting authorization request or by itself.
struct LoginEndpoint: Sendable {
    /// A sign-in that no system asked for goes on to Yimen's own pages, which then have a session too.
    private static let ownPages = "/auth/sign-in?return=%2Faccount"
    let signIn: PasswordSignIn
    let requests: SignInRequests
    let frame: InteractionFrame
    let browsers: BrowserSessions
    let clients: ClientDirectory
    let logos: ClientLogos
    let renderer: PageRenderer
    let settings: IdentitySettings
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let handle = try ParameterList.query(request).single("request")
        switch try await waiting(handle) {
        case .gone: return try frame.gone(context)
        case .completed: return try frame.completed(context)
        case .direct:
            if try await browsers.session(of: request) != nil { return Response.redirect303("/account") }
            return try await page(nil, handle, request, context)
        case .waiting(let authorization):
            // Another tab has signed in meanwhile: this tab goes on to its own system.
            guard let handle, try await browsers.session(of: request) != nil else {
                return try await page(authorization, handle, request, context)
            }
            return try await frame.open(handle, request, context) { waiting in
                try await frame.advance(waiting, context) { interaction in
                    interaction == .signIn ? try await page(authorization, handle, request, context) : nil
                }
            }
        }
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        let handle = try form.single("request")
        let target = try await waiting(handle)
        var authorization: AuthorizationRequest?
        switch target {
        case .gone: return try frame.gone(context)
        case .completed: return try frame.completed(context)
        case .direct: break
        case .waiting(let waiting): authorization = waiting
        }
        let name = try form.single("username") ?? ""
        guard let password = try form.single("password"), !name.isEmpty, password.utf8.count <= 1024 else {
            return try await page(authorization, handle, request, context, name: name, fault: .refused)
        }
        let device = browsers.device(of: request)
        let attempt = PasswordSignIn.Attempt(
            name: name, password: Secret(password), address: context.clientAddress,
            deviceHash: requests.hash(device), deviceLabel: DeviceLabel.make(request.headers[.userAgent]),
            sessionHandle: browsers.handle(of: request))
        let outcome: PasswordSignIn.Outcome
        do {
            outcome = try await signIn(attempt)
        } catch let problem as Problem where problem.kind == .busy {
            let seconds = problem.headers.first { $0.name == "Retry-After" }?.value ?? "5"
            return try await page(
                authorization, handle, request, context, name: name, fault: .busy(retryAfter: seconds))
        }
        switch outcome {
        case .refused:
            return try await page(authorization, handle, request, context, name: name, fault: .refused)
        case .throttled(let delay):
            return try await page(authorization, handle, request, context, name: name, fault: .throttled(delay))
        case .signedIn(let session, let sessionHandle, let ended):
            for ended in ended { await signIn.sessions.announce(ended) }
            var response =
                if let authorization, let handle {
                    try await proceed(authorization, session, handle, context)
                } else {
                    Response.redirect303(Self.ownPages).withNoStore()
                }
            browsers.keep(sessionHandle, on: &response)
            browsers.keepDevice(device, on: &response)
            return response
        }
    }

    private enum Target {
        case direct
        case waiting(AuthorizationRequest)
        case completed
        case gone
    }

    private func waiting(_ handle: String?) async throws -> Target {
        guard let handle else { return .direct }
        return switch try await requests.find(handle) {
        case .waiting(let request): .waiting(request)
        case .completed: .completed
        case .gone: .gone
        }
    }

    /// Goes on after a sign-in. What comes next on another page must know that it happened for this request.
    private func proceed(
        _ authorization: AuthorizationRequest, _ session: SSOSession, _ handle: String, _ context: WebContext
    ) async throws -> Response {
        guard let client = try await frame.client(of: authorization) else { return try frame.gone(context) }
        var authorization = authorization
        authorization.freshSession = session.id
        let waiting = InteractionFrame.Waiting(
            handle: handle, authorization: authorization, client: client, session: session)
        return try await frame.advance(waiting, context) { _ in
            _ = try await requests.change(handle, to: waiting.authorization)
            return nil
        }
    }

    private func page(
        _ authorization: AuthorizationRequest?, _ handle: String?, _ request: Request, _ context: WebContext,
        name: String? = nil,
        fault: LoginPage.Fault? = nil
    ) async throws -> Response {
        var context = frame.language(context, request, authorization)
        // Links that change language or type come back here, also from the answer to a form, which has no query.
        context.target = handle.map { "/login?request=" + PercentDecoding.escape($0) } ?? "/login"
        var client: Client?
        if let id = authorization?.clientID { client = try await clients.find(id) }
        var model = LoginPage(
            request: handle, clientName: client?.label(context.locale),
            username: name ?? authorization?.loginHint ?? "", fault: fault,
            demo: settings.demo)
        if let client { model.system = try await notice(client) }
        var response = try renderer.render(
            "identity/login", model, titleKey: "identity.login.title", context: context, status: model.status)
        switch fault {
        case .throttled(let delay): response.headers[.retryAfter] = String(max(1, delay.milliseconds / 1000))
        case .busy(let seconds): response.headers[.retryAfter] = seconds
        case .refused, nil: break
        }
        // Browsers hold `form-action` against the redirect that follows a sign-in.
        return response.allowing(formTargets: authorization.map { [$0.redirectURI] } ?? [])
    }

    /// - Returns: `nil` for a system that has registered none of it.
    private func notice(_ client: Client) async throws -> SystemNotice? {
        let profile = client.profile
        guard profile.logoURI != nil || profile.policyURI != nil || profile.termsURI != nil else { return nil }
        let logo = try await logos.digest(of: client)
        return SystemNotice(logo: logo, policyURI: profile.policyURI, termsURI: profile.termsURI)
    }
}
