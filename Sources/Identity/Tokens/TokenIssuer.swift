import Core
import Cryptography
import Web

/// Makes the tokens of one answer.
struct TokenIssuer: Sendable {
    let keys: SigningKeys
    let crypto: any CryptoProvider
    let vault: PersonVault
    let subjects: Subjects
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// For a person: access token, ID token with `openid`, and the refresh token handed in.
    func answer(
        _ grant: Grant, person: Person, client: Client, refreshToken: Secret<String>?, nonce: String?,
        holder: Confirmation? = nil, at now: Instant
    ) throws -> TokenAnswer {
        let scopes = ScopePolicy.effective(grant.scopes, for: person, through: client)
        let offline = grant.scopes.contains("offline_access")
        var claims = AccessTokenClaims(
            subject: subjects.subject(of: person.id, for: client), clientID: client.id, audience: audience(scopes),
            scopes: scopes,
            acr: person.acr(of: grant),
            authenticatedAt: grant.authenticatedAt, roles: person.roles,
            hall: ScopePolicy.hall(of: person, through: client), channel: client.channel,
            sid: offline ? nil : grant.sid, grantID: grant.id, id: surroundings.newID(),
            issuedAt: now, expiresAt: now + client.accessTokenLife)
        claims.confirmation = holder
        claims.sealedPerson = try subjects.sealed(person.id, for: client)
        let accessToken = try sign(claims)
        let idToken = scopes.contains("openid") ? try self.idToken(grant, person, client, accessToken, nonce, now) : nil
        return TokenAnswer(
            accessToken: Secret(accessToken), expiresIn: Int(client.accessTokenLife.milliseconds / 1000),
            refreshToken: refreshToken, idToken: idToken.map { Secret($0) }, scope: ScopeList.text(scopes),
            type: Self.type(holder))
    }

    /// For the client itself.
    func answer(client: Client, scopes: [String], holder: Confirmation? = nil, at now: Instant) throws
        -> TokenAnswer
    {
        var claims = AccessTokenClaims(
            subject: client.subject, clientID: client.id, audience: [settings.apiAudience], scopes: scopes, acr: nil,
            authenticatedAt: nil, roles: [], hall: client.hall, channel: client.channel, sid: nil, grantID: nil,
            id: surroundings.newID(), issuedAt: now, expiresAt: now + client.accessTokenLife)
        claims.confirmation = holder
        return TokenAnswer(
            accessToken: Secret(try sign(claims)), expiresIn: Int(client.accessTokenLife.milliseconds / 1000),
            scope: ScopeList.text(scopes), type: Self.type(holder))
    }

    /// RFC 9449 §5; a token bound to a certificate is still called Bearer (RFC 8705 §3).
    private static func type(_ holder: Confirmation?) -> String { holder?.jkt == nil ? "Bearer" : "DPoP" }

    private func sign(_ claims: AccessTokenClaims) throws -> String {
        try keys.sign(claims.json(issuer: settings.issuer), type: "at+jwt", algorithm: .es256)
    }

    /// Only who has the right reads the API, only `openid` reads userinfo (RFC 9068 §3).
    private func audience(_ scopes: [String]) -> [String] {
        var audience = [String]()
        if scopes.contains(where: { [Scope.booking, Scope.kiosk, Scope.window].contains($0) }) {
            audience.append(settings.apiAudience)
        }
        if scopes.contains("openid") { audience.append(settings.userInfoAudience) }
        return audience.isEmpty ? [settings.apiAudience] : audience
    }

    /// OpenID Connect Core §2, §3.1.3.6; `sid` of Back-Channel Logout §2.1.
    private func idToken(
        _ grant: Grant, _ person: Person, _ client: Client, _ accessToken: String, _ nonce: String?, _ now: Instant
    ) throws -> String {
        let claims = JSONValue.object([
            "iss": .string(settings.issuer), "sub": .string(subjects.subject(of: person.id, for: client)),
            "aud": .string(client.id), "person": try subjects.sealed(person.id, for: client).map(JSONValue.string),
            "exp": .integer((now + settings.idTokenLife).seconds), "iat": .integer(now.seconds),
            "auth_time": .integer(grant.authenticatedAt.seconds), "nonce": nonce.map(JSONValue.string),
            "acr": .string(grant.acr.rawValue), "amr": .strings(grant.amr), "azp": .string(client.id),
            "sid": .string(grant.sid), "at_hash": .string(try halfHash(accessToken)),
            // Claims about a person are read at userinfo; our own pages show a masked name at once.
            "name": client.isOwnPages ? .string(try vault.open(person).maskedName) : nil,
        ])
        return try keys.sign(claims, type: "JWT", algorithm: client.idTokenAlgorithm)
    }

    /// The left half of SHA-256, for ES256 and RS256 alike (OpenID Connect Core §3.1.3.6).
    private func halfHash(_ text: String) throws -> String {
        guard let digest = Base64URL.decode(crypto.digest(text)) else {
            throw OAuthError(.serverError, "no digest")
        }
        return Base64URL.encode(digest.prefix(16))
    }
}

extension Person {
    /// The level that this sign-in reached, never above what the person has now.
    func acr(of grant: Grant) -> AssuranceLevel { min(assurance, grant.acr) }
}
