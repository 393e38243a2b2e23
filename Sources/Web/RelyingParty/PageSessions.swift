import Core
import HTTPTypes
import Hummingbird
import Synchronization

/// Finds the session of a page request by its cookie, renews its access token in time, and forgets
/// sessions that have ended.
struct PageSessions: RouterMiddleware {
    static let noun = "page"

    let cookies: CookiePolicy
    private let idle: Duration
    private let secrets: any WebSecrets
    private let surroundings: Surroundings
    private let store: (any PageSessionStore)?
    private let renewal: SessionRenewal?

    /// Seconds before expiry at which an access token is renewed.
    private static let margin = Duration.seconds(30)
    /// A session's last request is written down this often at most.
    private static let touchInterval = Duration.minutes(5)

    init(settings: WebSettings, services: WebServices, cookies: CookiePolicy) {
        self.cookies = cookies
        idle = settings.sessionIdle
        secrets = services.secrets
        surroundings = services.surroundings
        store = services.pageSessions
        renewal = SessionRenewal(settings: settings, services: services)
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let store, let handle = cookies.read(PageSessions.noun, from: request) else {
            return try await next(request, context)
        }
        var context = context
        if let session = try await session(handle, in: store) {
            context.pageSession = session
            context.principal = session.principal
            return try await next(request, context)
        }
        var response = try await next(request, context)
        // A sign-in that has just succeeded sets a cookie of its own.
        let name = cookies.name(PageSessions.noun) + "="
        if !response.headers[values: .setCookie].contains(where: { $0.hasPrefix(name) }) {
            cookies.remove(PageSessions.noun, on: &response)
        }
        return response
    }

    private func session(_ handle: String, in store: any PageSessionStore) async throws -> PageSession? {
        guard handle.utf8.count == 43 else { return nil }
        let key = secrets.digest(handle)
        guard let record = try await store.find(key: key) else { return nil }
        let now = surroundings.now()
        guard var session = PageSession(record), now < session.endsAt,
            session.isDevice || now - session.seenAt < idle
        else {
            try await store.delete(key: key)
            return nil
        }
        if now + PageSessions.margin >= session.accessExpiresAt {
            guard let renewed = try await renewal?.renew(session) else { return nil }
            session = renewed
        } else if now - session.seenAt > PageSessions.touchInterval {
            session.seenAt = now
            try await store.replace(session.record)
        }
        return session
    }
}

/// Renews access tokens, once for all requests of one session that come at the same moment.
actor SessionRenewal {
    private let grants: any TokenGrants
    private let tokens: any AccessTokenVerifier
    private let store: any PageSessionStore
    private let surroundings: Surroundings
    private let clientID: String
    private let clientSecret: Secret<String>?
    private var waiting: [String: [CheckedContinuation<PageSession?, any Error>]] = [:]

    init?(settings: WebSettings, services: WebServices) {
        guard let grants = services.tokenGrants, let tokens = services.accessTokens, let store = services.pageSessions
        else { return nil }
        self.grants = grants
        self.tokens = tokens
        self.store = store
        surroundings = services.surroundings
        clientID = settings.portalClientID
        clientSecret = settings.portalClientSecret
    }

    /// - Returns: `nil` when the identity provider has ended the session.
    func renew(_ session: PageSession) async throws -> PageSession? {
        if waiting[session.key] != nil {
            return try await withCheckedThrowingContinuation { waiting[session.key]?.append($0) }
        }
        waiting[session.key] = []
        let result: Result<PageSession?, any Error>
        do {
            result = .success(try await exchange(session))
        } catch {
            result = .failure(error)
        }
        for continuation in waiting.removeValue(forKey: session.key) ?? [] { continuation.resume(with: result) }
        return try result.get()
    }

    private func exchange(_ session: PageSession) async throws -> PageSession? {
        var form: ParameterList
        switch session.renewal {
        case .none:
            try await store.delete(key: session.key)
            return nil
        case .refreshToken(let token):
            form = ParameterList([
                "grant_type": "refresh_token", "refresh_token": token.reveal(), "client_id": clientID,
            ])
            if let clientSecret { form.append("client_secret", clientSecret.reveal()) }
        case .clientCredentials(let clientID, let secret):
            form = ParameterList([
                "grant_type": "client_credentials", "client_id": clientID, "client_secret": secret.reveal(),
            ])
        }
        let answer: TokenAnswer
        do {
            answer = try await grants.exchange(form)
        } catch is TokenRefusal {
            try await store.delete(key: session.key)
            return nil
        }
        let now = surroundings.now()
        var renewed = session
        let principal = try await tokens.verify(answer.accessToken.reveal())
        renewed.principal = principal
        renewed.principal.displayName = principal.displayName ?? session.principal.displayName
        renewed.principal.sessionID = principal.sessionID ?? session.principal.sessionID
        renewed.accessToken = answer.accessToken
        renewed.accessExpiresAt = now + .seconds(answer.expiresIn)
        renewed.seenAt = now
        if let idToken = answer.idToken { renewed.idToken = idToken }
        if let refresh = answer.refreshToken { renewed.renewal = .refreshToken(refresh) }
        return try await store.replace(renewed.record) ? renewed : nil
    }
}
