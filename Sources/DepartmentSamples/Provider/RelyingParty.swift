import Foundation

/// One department as a relying party: the whole of what joining Yimen takes.
struct RelyingParty: Sendable {
    let department: Department
    let siteURL: String
    let secret: String
    let provider: IdentityProvider
    let shelf = SessionShelf()

    var homeURL: String { "\(siteURL)/\(department.slug)/" }
    var callbackURL: String { "\(siteURL)/\(department.slug)/callback" }
    var signedOutURL: String { "\(siteURL)/\(department.slug)/signed-out" }

    /// Where to send the browser to sign in (OpenID Connect Core 1.0 §3.1.2.1).
    func authorizationURL(for attempt: SignInAttempt, language: Language) async throws -> String {
        let endpoint = try await provider.metadata().authorizationEndpoint
        let query = FormEncoding.encode([
            ("response_type", "code"), ("client_id", department.clientID), ("redirect_uri", callbackURL),
            ("scope", "openid profile"), ("state", attempt.state), ("nonce", attempt.nonce),
            ("code_challenge", attempt.challenge), ("code_challenge_method", "S256"),
            ("ui_locales", language == .zh ? "zh-Hans zh" : "en"),
        ])
        return endpoint + (endpoint.contains("?") ? "&" : "?") + query
    }

    /// Turns the answer at the redirect URI into a session.
    /// - Throws: ``SignInFault``.
    func complete(_ answer: Fields, browser: String, now: Date) async throws -> LocalSession {
        guard let state = answer["state"], let attempt = shelf.finish(state: state, browser: browser, now: now) else {
            throw SignInFault.unknownAttempt
        }
        let metadata = try await provider.metadata()
        // RFC 9207 §2.4: an answer of another issuer must not be taken to this one (mix-up).
        guard answer["iss"] == metadata.issuer || (answer["iss"] == nil && metadata.sendsIssuer != true) else {
            throw SignInFault.notTrusted("the answer's iss is \(answer["iss"] ?? "missing")")
        }
        if let code = answer["error"] { throw SignInFault.refused(code: code) }
        guard let code = answer["code"] else { throw SignInFault.notTrusted("the answer has no code") }
        let tokens = try await redeem(code: code, attempt: attempt, metadata: metadata)
        let token = try await SignedToken<IDTokenClaims>.verify(tokens.idToken, provider: provider)
        try IDToken.check(
            token, issuer: metadata.issuer, clientID: department.clientID, nonce: attempt.nonce,
            accessToken: tokens.accessToken, now: now)
        return try await session(token: token, tokens: tokens, metadata: metadata, now: now)
    }

    private struct TokenAnswer: Decodable {
        let accessToken: String
        let idToken: String

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case idToken = "id_token"
        }
    }

    private func redeem(code: String, attempt: SignInAttempt, metadata: ProviderMetadata) async throws -> TokenAnswer {
        let form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callbackURL),
            ("code_verifier", attempt.verifier),
        ]
        let (status, body) = try await provider.client.post(
            metadata.tokenEndpoint, form: form, clientID: department.clientID, secret: secret)
        guard status == 200, let answer = try? JSONDecoder().decode(TokenAnswer.self, from: body) else {
            throw SignInFault.notTrusted(
                "the token endpoint answered \(status): \(String(decoding: body.prefix(200), as: UTF8.self))")
        }
        return answer
    }

    private func session(
        token: SignedToken<IDTokenClaims>, tokens: TokenAnswer, metadata: ProviderMetadata, now: Date
    ) async throws -> LocalSession {
        let body = try await provider.client.getData(metadata.userinfoEndpoint, bearer: tokens.accessToken)
        let userInfo = ClaimList.read(body)
        // Core §5.3.2: userinfo counts only when it speaks of the same person.
        guard userInfo.first(where: { $0.name == "sub" })?.value == token.claims.sub else {
            throw SignInFault.notTrusted("userinfo speaks of another subject")
        }
        return LocalSession(
            subject: token.claims.sub, providerSession: token.claims.sid,
            displayName: userInfo.first { $0.name == "name" }?.value ?? token.claims.sub,
            idToken: tokens.idToken, claims: ClaimList.read(token.payload), userInfo: userInfo, began: now)
    }

    /// Where to send the browser to sign out at the provider too (RP-Initiated Logout 1.0 §2); nil when it cannot.
    func endSessionURL(for session: LocalSession) async throws -> String? {
        guard let endpoint = try await provider.metadata().endSessionEndpoint else { return nil }
        let query = FormEncoding.encode([
            ("id_token_hint", session.idToken), ("client_id", department.clientID),
            ("post_logout_redirect_uri", signedOutURL),
        ])
        return endpoint + (endpoint.contains("?") ? "&" : "?") + query
    }

    /// Ends the sessions that a logout token names.
    /// - Throws: ``SignInFault`` when the token does not hold.
    func receiveLogout(_ text: String, now: Date) async throws -> Int {
        let token = try await SignedToken<LogoutTokenClaims>.verify(text, provider: provider)
        try LogoutToken.check(token, issuer: provider.issuer, clientID: department.clientID, now: now)
        guard
            let ended = shelf.closeAll(
                providerSession: token.claims.sid, subject: token.claims.sub, tokenID: token.claims.jti, now: now)
        else { throw SignInFault.notTrusted("logout token: used before") }
        return ended
    }
}
