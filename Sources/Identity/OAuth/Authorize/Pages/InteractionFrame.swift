import Core
import Hummingbird
import Web

/// What every page between a request and its answer stands on: finds the waiting request and who is
/// signed in, and goes on from page to page until nothing is demanded any more.
struct InteractionFrame: Sendable {
    let requests: SignInRequests
    let clients: ClientDirectory
    let browsers: BrowserSessions
    let proceed: ContinueAuthorization
    let refuse: RefuseAuthorization
    let renderer: PageRenderer

    /// A request that waits for the person of this session.
    struct Waiting: Sendable {
        let handle: String
        var authorization: AuthorizationRequest
        let client: Client
        let session: SSOSession
    }

    /// - Parameter body: runs for a waiting request with somebody signed in; whoever is not is sent to sign in.
    func open(
        _ handle: String?, _ request: Request, _ context: WebContext, _ body: (Waiting) async throws -> Response
    ) async throws -> Response {
        guard let handle else { return try gone(context) }
        switch try await requests.find(handle) {
        case .gone: return try gone(context)
        case .completed: return try completed(context)
        case .waiting(let authorization):
            guard let client = try await client(of: authorization) else { return try gone(context) }
            guard let session = try await browsers.session(of: request) else {
                return redirect(to: .signIn, handle)
            }
            return try await body(
                Waiting(handle: handle, authorization: authorization, client: client, session: session))
        }
    }

    /// The client of a waiting request, if it is still registered and still answers at the address of the request:
    /// people may take half an hour to sign in.
    func client(of authorization: AuthorizationRequest) async throws -> Client? {
        guard let client = try await clients.find(authorization.clientID) else { return nil }
        do {
            try EstablishClient(clients: clients).check(redirectURI: authorization.redirectURI, of: client)
        } catch {
            return nil
        }
        return client
    }

    /// Goes on as far as possible.
    ///
    /// - Parameter page: shows the page that the caller is, if that is what is demanded; `nil` sends the
    ///   browser to the page that is.
    func advance(
        _ waiting: Waiting, consenting: [ConsentItem]? = nil, _ context: WebContext,
        page: (Interaction) async throws -> Response?
    ) async throws -> Response {
        let step = try await proceed(
            waiting.authorization, waiting.client, .known(waiting.session), page: requests.hash(waiting.handle),
            consenting: consenting, context)
        switch step {
        case .answered(let response): return response
        case .repeated: return try completed(context)
        case .demands(.otherPerson): return try await refuse(waiting, with: .otherPerson, context)
        case .demands(let interaction):
            // Browsers hold `form-action` against the redirect that follows a posted form.
            return try await page(interaction)?.allowing(formTargets: [waiting.authorization.redirectURI])
                ?? redirect(to: interaction, waiting.handle)
        }
    }

    /// Ends the request with an error for the client.
    func refuse(_ waiting: Waiting, with error: OAuthError, _ context: WebContext) async throws -> Response {
        let isFirst = try await refuse(
            waiting.authorization, with: error.code, by: waiting.session.personID, page: requests.hash(waiting.handle))
        guard isFirst else { return try completed(context) }
        return try proceed.responder.answer(error, to: waiting.authorization, context: context)
    }

    func redirect(to interaction: Interaction, _ handle: String) -> Response {
        Response.redirect303(interaction.path + "?request=" + handle).withNoStore()
    }

    /// The language that the system asks for, unless the reader has picked one here.
    func language(_ context: WebContext, _ request: Request, _ authorization: AuthorizationRequest?) -> WebContext {
        browsers.language(context, request, wish: authorization?.uiLocales)
    }

    func gone(_ context: WebContext) throws -> Response {
        try renderer.render(
            "identity/notice", NoticePage.signInGone, titleKey: "identity.notice.title", context: context,
            status: .badRequest)
    }

    func completed(_ context: WebContext) throws -> Response {
        try renderer.render(
            "identity/notice", NoticePage.signInCompleted, titleKey: "identity.notice.title", context: context)
    }
}
