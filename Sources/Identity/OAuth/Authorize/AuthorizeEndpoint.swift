import Core
import Hummingbird
import Logging
import Storage
import Web

/// `GET` and `POST /oauth2/authorize` (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
///
/// Parse once → establish client and redirect URI (failures are a page) → ordered checks (failures
/// go to the client) → interaction rules → a code, or the sign-in page with a request of its own.
struct AuthorizeEndpoint: Sendable {
    let establish: EstablishClient
    let checks: AuthorizeChecks
    let issue: IssueAuthorizationCode
    let errors: ProtocolErrorPage
    let responder: AuthorizationResponder
    let browsers: BrowserSessions
    let signInRequests: SignInRequests
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await respond(try ParameterList.query(request), request, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await respond(try await ParameterList.form(request), request, context)
    }

    private func respond(_ parameters: ParameterList, _ request: Request, _ context: WebContext) async throws
        -> Response
    {
        let client: Client
        var authorization: AuthorizationRequest
        do {
            (client, authorization) = try await establish(parameters, at: surroundings.now())
        } catch let error as OAuthError {
            return try errors.page(error, context: context)
        }
        do {
            try checks.run(parameters, client, &authorization)
            return try await answer(authorization, request, context)
        } catch let error as OAuthError where error.mayRedirect {
            context.logger.info(
                "authorization refused", metadata: ["client": "\(client.id)", "error": "\(error.code.rawValue)"])
            return try responder.answer(error, to: authorization, context: context)
        }
    }

    /// - Throws: `OAuthError` when a page is needed but forbidden.
    private func answer(_ authorization: AuthorizationRequest, _ request: Request, _ context: WebContext) async throws
        -> Response
    {
        let session = try await browsers.session(of: request)
        var demand = InteractionRules.demand(authorization, session, at: surroundings.now())
        if demand == nil, let session {
            switch try await issue(authorization, session) {
            case .issued(let code): return try responder.answer(code: code, to: authorization, context: context)
            case .signedOut, .repeated: demand = .signIn
            }
        }
        let interaction = demand ?? .signIn
        if authorization.prompt.contains(.none) { throw interaction.errorForPromptNone }
        let handle = try await signInRequests.open(authorization)
        return Response.redirect303("/login?request=" + handle).withNoStore()
    }
}
