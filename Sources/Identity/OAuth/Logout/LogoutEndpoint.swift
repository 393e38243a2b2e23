import Core
import Hummingbird
import Storage
import Web

/// `GET` and `POST /oauth2/logout` (OpenID Connect RP-Initiated Logout 1.0).
///
/// A hint that names the very session of this browser is consent enough; everything else asks the
/// person first, so that no link can sign anybody out (identity rule 22). Signing out ends the
/// browser's session, every system under it, and tells the systems through the back channel.
struct LogoutEndpoint: Sendable {
    let database: any Database
    let clients: ClientDirectory
    let hints: any IDTokenHintReader
    let browsers: BrowserSessions
    let sessions: SessionEnding
    let errors: ProtocolErrorPage
    let renderer: PageRenderer
    let forms: FormGuard
    let signedOut: SignedOutPages
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await respond(try ParameterList.query(request), request, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        guard form.contains("confirm") else {
            if let repeated = browsers.repeated(form, at: request) { return repeated }
            return try await respond(form, request, context)
        }
        try forms.check(request, token: try form.single(FormGuard.field), context: context)
        let context = browsers.language(context, request, wish: form.value("ui_locales"))
        return try await parsed(form, context) { logout in
            try await signOut(try await browsers.unendedSession(of: request), logout, context)
        }
    }

    private func respond(_ parameters: ParameterList, _ request: Request, _ context: WebContext) async throws
        -> Response
    {
        let context = browsers.language(context, request, wish: parameters.value("ui_locales"))
        return try await parsed(parameters, context) { logout in
            // Without a cookie: nobody is signed in here.
            guard let session = try await browsers.unendedSession(of: request) else {
                return try await signOut(nil, logout, context)
            }
            guard try await isMeant(session, by: logout.hint) else { return try confirmation(logout, context) }
            return try await signOut(session, logout, context)
        }
    }

    private func parsed(
        _ parameters: ParameterList, _ context: WebContext, _ body: (LogoutRequest) async throws -> Response
    ) async throws -> Response {
        let logout: LogoutRequest
        do {
            logout = try await LogoutRequest.parse(parameters, clients: clients, hints: hints)
        } catch let error as OAuthError {
            return try errors.page(error, ofSignOut: true, context: context)
        }
        return try await body(logout)
    }

    /// The hint's `sid` is a system under this session, or it names nobody's session but this person's.
    private func isMeant(_ session: SSOSession, by hint: IDTokenHint?) async throws -> Bool {
        guard let hint, hint.subject == session.personID, let sid = hint.sid else { return false }
        let found = try await database.read { try RelyingSessionStore.find(sid, in: $0) }
        return found?.ssoSessionID == session.id
    }

    private func signOut(_ session: SSOSession?, _ logout: LogoutRequest, _ context: WebContext) async throws
        -> Response
    {
        var ended = EndedSessions.none
        if let session {
            let now = surroundings.now()
            ended = try await database.transaction { [sessions] transaction in
                try sessions.end(session.id, by: session.personID, because: "signed-out", at: now, in: transaction)
            }
            await sessions.announce(ended)
        }
        var response = try await signedOut.answer(ended, destination: logout.destination, context: context)
        // A request without the cookie must not be able to take it away.
        if session != nil { browsers.forget(on: &response) }
        return response
    }

    private func confirmation(_ logout: LogoutRequest, _ context: WebContext) throws -> Response {
        let model = LogoutPage(
            clientName: logout.client?.label(context.locale), clientID: logout.client?.id, returnURI: logout.returnURI,
            state: logout.state, uiLocales: logout.uiLocales)
        return try renderer.render("identity/logout", model, titleKey: "identity.logout.title", context: context)
            .allowing(formTargets: logout.returnURI.map { [$0] } ?? [])
    }
}

/// Model of `identity/logout`.
struct LogoutPage: Sendable {
    let clientName: String?
    let clientID: String?
    let returnURI: String?
    let state: String?
    let uiLocales: String?
}
