import Core
import HTTPTypes
import Hummingbird
import Logging

/// Signs people in to our own pages the way every department does: code flow with PKCE, state and
/// nonce, then a session of our own behind an HttpOnly cookie.
struct RelyingParty: Sendable {
    let settings: WebSettings
    let cookies: CookiePolicy
    let renderer: PageRenderer
    private let surroundings: Surroundings
    private let secrets: any WebSecrets
    private let grants: any TokenGrants
    private let tokens: any AccessTokenVerifier
    private let idTokens: any IDTokenVerifier
    private let store: any PageSessionStore
    private let checkIDToken: CheckIDToken

    /// `nil` without the ports, for tests and roles that have no pages.
    init?(settings: WebSettings, services: WebServices, cookies: CookiePolicy, renderer: PageRenderer) {
        guard let grants = services.tokenGrants, let tokens = services.accessTokens, let ids = services.idTokens,
            let store = services.pageSessions
        else { return nil }
        self.settings = settings
        self.cookies = cookies
        self.renderer = renderer
        self.grants = grants
        self.tokens = tokens
        self.store = store
        idTokens = ids
        surroundings = services.surroundings
        secrets = services.secrets
        checkIDToken = CheckIDToken(issuer: settings.publicURL, clientID: settings.portalClientID)
    }

    private var redirectURI: String { settings.publicURL + "/auth/callback" }

    func addRoutes(to router: WebRouter) {
        router.pages.get("/auth/sign-in") { request, context in try signIn(request, context) }
        router.pages.get("/auth/callback") { request, context in try await callback(request, context) }
        router.pages.post("/auth/sign-out") { request, context in try await signOut(request, context) }
        router.pages.post("/kiosk/enrol") { request, context in try await enrol(request, context) }
        // Where a change of language comes back to after a refusal.
        router.pages.get("/kiosk/enrol") { _, _ in Response.redirect303("/kiosk") }
    }

    // MARK: Sign-in

    private func signIn(_ request: Request, _ context: WebContext) throws -> Response {
        let query = try ParameterList.query(request)
        let target = try query.single("return").flatMap(ReturnPath.init(_:)) ?? .home
        let attempt = SignInAttempt(target: target, surroundings: surroundings)
        var parameters = ParameterList([
            "response_type": "code", "client_id": settings.portalClientID, "redirect_uri": redirectURI,
            "scope": settings.portalScopes, "state": attempt.state, "nonce": attempt.nonce,
            "code_challenge": secrets.digest(attempt.verifier), "code_challenge_method": "S256",
            "ui_locales": context.locale.rawValue,
        ])
        for name in ["acr_values", "max_age", "prompt"] {
            if let value = try query.single(name), value.utf8.count <= 64 { parameters.append(name, value) }
        }
        var response = Response.redirect303(settings.publicURL + "/oauth2/authorize?" + parameters.encoded)
        attempt.remember(on: &response, request: request, cookies: cookies)
        return response
    }

    private func callback(_ request: Request, _ context: WebContext) async throws -> Response {
        let query = try ParameterList.query(request)
        guard let state = try query.single("state"),
            let attempt = SignInAttempt(state: state, request: request, cookies: cookies)
        else {
            // The back button after signing in ends here; somebody signed in needs no error.
            if context.principal != nil { return .redirect303("/") }
            return try failurePage(.unknownState, target: .home, context)
        }
        var response: Response
        do {
            response = try await finish(query, attempt: attempt, request: request, context)
        } catch let failure as SignInFailure {
            response = try failurePage(failure, target: attempt.target, context)
        }
        attempt.forget(on: &response, cookies: cookies)
        return response
    }

    private func finish(
        _ query: ParameterList, attempt: SignInAttempt, request: Request, _ context: WebContext
    ) async throws -> Response {
        guard try query.single("iss") == settings.publicURL else { throw SignInFailure.issuer }
        if let error = try query.single("error") { throw SignInFailure.provider(error) }
        guard let code = try query.single("code") else { throw SignInFailure.missingCode }
        var form = ParameterList([
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirectURI,
            "client_id": settings.portalClientID, "code_verifier": attempt.verifier,
        ])
        if let secret = settings.portalClientSecret { form.append("client_secret", secret.reveal()) }
        let answer: TokenAnswer
        do {
            answer = try await grants.exchange(form)
        } catch let refusal as TokenRefusal {
            throw SignInFailure.tokenEndpoint(refusal.error)
        }
        guard let idToken = answer.idToken else { throw SignInFailure.idToken("missing") }
        let claims: JSONValue
        do {
            claims = try await idTokens.claims(of: idToken.reveal())
        } catch {
            throw SignInFailure.idToken("signature: \(error)")
        }
        try checkIDToken(claims, nonce: attempt.nonce, now: surroundings.now())
        var principal = try await tokens.verify(answer.accessToken.reveal())
        guard principal.subject == claims["sub"]?.text else { throw SignInFailure.idToken("sub") }
        principal.sessionID = claims["sid"]?.text ?? principal.sessionID
        principal.displayName = claims["name"]?.text ?? principal.displayName
        var response = Response.redirect303(attempt.target.text)
        try await open(
            principal, answer: answer, renewal: answer.refreshToken.map { .refreshToken($0) } ?? .none,
            lifetime: settings.sessionLifetime, replacing: context.pageSession, on: &response)
        return response
    }

    /// Opens a session under a new handle; the session that the browser had before ends.
    private func open(
        _ principal: Principal, answer: TokenAnswer, renewal: PageSession.Renewal, lifetime: Duration,
        replacing old: PageSession?, on response: inout Response
    ) async throws {
        let handle = surroundings.newHandle()
        let now = surroundings.now()
        let session = PageSession(
            key: secrets.digest(handle), principal: principal, accessToken: answer.accessToken,
            accessExpiresAt: now + .seconds(answer.expiresIn), renewal: renewal, idToken: answer.idToken,
            signedInAt: now, seenAt: now, endsAt: now + lifetime)
        try await store.create(session.record)
        if let old { try await store.delete(key: old.key) }
        let isDevice = session.isDevice
        cookies.set(PageSessions.noun, to: handle, lifetime: isDevice ? lifetime : nil, on: &response)
    }

    private func failurePage(_ failure: SignInFailure, target: ReturnPath, _ context: WebContext) throws -> Response {
        context.logger.notice("sign-in failed", metadata: ["reason": "\(failure)"])
        let isRefusal = failure == .provider("access_denied")
        let model = SignInFailedPage(
            isRefusal: isRefusal, retryURL: "/auth/sign-in?return=" + PercentDecoding.escape(target.text))
        return try renderer.render(
            "web/sign-in-failed", model, titleKey: "web.sign-in-failed.title", context: context, status: .badRequest)
    }

    // MARK: Sign-out

    /// Ends our session first, then the one at the identity provider with everything under it
    /// (OpenID Connect RP-Initiated Logout §2).
    private func signOut(_ request: Request, _ context: WebContext) async throws -> Response {
        var response = Response.redirect303("/")
        if let session = context.pageSession {
            try await store.delete(key: session.key)
            if let idToken = session.idToken {
                let parameters = ParameterList([
                    "id_token_hint": idToken.reveal(), "client_id": settings.portalClientID,
                    "post_logout_redirect_uri": settings.publicURL + "/",
                ])
                response = .redirect303(settings.publicURL + "/oauth2/logout?" + parameters.encoded)
            }
        }
        cookies.remove(PageSessions.noun, on: &response)
        return response
    }

    // MARK: Devices

    /// Signs a kiosk, board or other device of a hall in with its own client credentials.
    private func enrol(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        let clientID = try form.single("client_id") ?? ""
        guard !clientID.isEmpty, let typed = try form.single("client_secret") else {
            return try refuseEnrolment(of: clientID, .credentials, context)
        }
        let secret = Secret(typed)
        let target = try form.single("return").flatMap(ReturnPath.init(_:)) ?? ReturnPath("/kiosk") ?? .home
        let answer: TokenAnswer
        do {
            answer = try await grants.exchange(
                ParameterList([
                    "grant_type": "client_credentials", "client_id": clientID, "client_secret": secret.reveal(),
                ]))
        } catch let refusal as TokenRefusal {
            context.logger.notice("enrolment failed", metadata: ["reason": "\(refusal.error)"])
            return try refuseEnrolment(of: clientID, .credentials, context)
        }
        let principal = try await tokens.verify(answer.accessToken.reveal())
        guard principal.hall != nil else { return try refuseEnrolment(of: clientID, .noHall, context) }
        var response = Response.redirect303(target.text)
        try await open(
            principal, answer: answer, renewal: .clientCredentials(clientID: clientID, secret: secret),
            lifetime: settings.deviceSessionLifetime, replacing: context.pageSession, on: &response)
        return response
    }

    /// The form again, with the id that was typed.
    private func refuseEnrolment(
        of device: String, _ refusal: EnrolPage.Refusal, _ context: WebContext
    ) throws -> Response {
        try renderer.render(
            "booking/kiosk/enrol", EnrolPage(deviceID: device, refusal: refusal), titleKey: "kiosk.choose.title",
            context: context, status: .unprocessableContent)
    }
}

/// Model of `web/sign-in-failed`.
struct SignInFailedPage: Sendable {
    /// The person said no, which is no fault.
    let isRefusal: Bool
    let retryURL: String
}
