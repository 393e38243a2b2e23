import Core

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

    /// The session as it is stored now; `nil` when it has been ended.
    private func stored(_ session: PageSession) async throws -> PageSession? {
        try await store.find(key: session.key).flatMap(PageSession.init)
    }

    private func exchange(_ seen: PageSession) async throws -> PageSession? {
        // A request that was slow on its way here may have read the session before another one renewed it: the refresh
        // token that it has in hand is spent, and to present it would look like theft.
        guard let session = try await stored(seen) else { return nil }
        guard session.accessToken.reveal() == seen.accessToken.reveal() else { return session }
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
            // Refused because another process was first, perhaps: then what it wrote is the session.
            if let current = try await stored(session), !current.renews(like: session) { return current }
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
        return try await keep(renewed, after: session)
    }

    /// Writes the renewed session, but never over one that another process has renewed.
    ///
    /// - Returns: `nil` when the session has been ended meanwhile.
    private func keep(_ renewed: PageSession, after session: PageSession) async throws -> PageSession? {
        if try await store.replace(renewed.record) { return renewed }
        guard let current = try await stored(session) else { return nil }
        // Renewed elsewhere: the token there is this one's successor too, or that one's.
        guard current.renews(like: session) else { return current }
        var retry = renewed
        retry.version = current.version
        if try await store.replace(retry.record) { return renewed }
        return try await stored(session)
    }
}
