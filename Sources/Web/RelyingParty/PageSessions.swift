import Core
import HTTPTypes
import Hummingbird
import Synchronization

/// Finds the session of a page request by its cookie, renews its access token in time, and forgets
/// sessions that have ended.
///
/// The row in the table is not taken at its word: on every request the access token behind it is verified, so that a
/// session or a grant that was revoked is over here too, even where nobody came to delete the row.
struct PageSessions: RouterMiddleware {
    static let noun = "page"

    let cookies: CookiePolicy
    private let idle: Duration
    private let secrets: any WebSecrets
    private let surroundings: Surroundings
    private let store: (any PageSessionStore)?
    private let tokens: (any AccessTokenVerifier)?
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
        tokens = services.accessTokens
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
            return try await renewal?.renew(session)
        }
        guard let verified = try await verified(session) else { return try await renewal?.renew(session) }
        session.principal = verified
        guard now - session.seenAt > PageSessions.touchInterval else { return session }
        session.seenAt = now
        return try await touched(session, in: store)
    }

    /// Signature, expiry, and that neither session nor grant has been revoked.
    ///
    /// - Returns: `nil` for a token that is not good any more: renewing it tells whether the session is over.
    private func verified(_ session: PageSession) async throws -> Principal? {
        do {
            guard var principal = try await tokens?.verify(session.accessToken.reveal()) else { return nil }
            principal.displayName = principal.displayName ?? session.principal.displayName
            principal.sessionID = principal.sessionID ?? session.principal.sessionID
            return principal
        } catch let problem as Problem where problem.kind.status == 401 {
            return nil
        }
    }

    /// Writes the time of the last request down, on top of what another process may have written meanwhile.
    private func touched(_ session: PageSession, in store: any PageSessionStore) async throws -> PageSession? {
        if try await store.replace(session.record) { return session }
        guard var current = try await store.find(key: session.key).flatMap(PageSession.init) else { return nil }
        current.seenAt = max(current.seenAt, session.seenAt)
        // A second change at this moment has written a time of its own.
        _ = try await store.replace(current.record)
        return session
    }
}
