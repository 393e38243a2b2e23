import Core
import Cryptography
import Storage
import Web

/// Which tokens of an answer name the relying session they came from.
enum SessionNaming: Sendable {
    case both
    /// The access token outlives the session.
    case idTokenAlone
    /// The session has ended: whoever goes by its name would take the tokens for dead.
    case neither
}

/// Makes the tokens of one answer.
struct TokenIssuer: Sendable {
    let database: any Database
    let keys: SigningKeys
    let crypto: any CryptoProvider
    let vault: PersonVault
    let subjects: Subjects
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// For a person: access token, ID token with `openid`, and the refresh token handed in.
    ///
    /// - Parameter naming: `nil` for the first answer to a grant, which its scopes tell.
    func answer(
        _ grant: Grant, person: Person, client: Client, refreshToken: Secret<String>?, nonce: String?,
        holder: Confirmation? = nil, naming: SessionNaming? = nil, at now: Instant
    ) async throws -> TokenAnswer {
        let scopes = ScopePolicy.effective(grant.scopes, for: person, through: client)
        let naming = naming ?? (grant.scopes.contains("offline_access") ? .idTokenAlone : .both)
        var claims = AccessTokenClaims(
            subject: subjects.subject(of: person.id, for: client), clientID: client.id,
            audience: audience(scopes, resources: grant.terms.resources ?? []), scopes: scopes,
            acr: person.acr(of: grant),
            authenticatedAt: grant.authenticatedAt, roles: person.roles,
            hall: ScopePolicy.hall(of: person, through: client), channel: client.channel,
            sid: naming == .both ? grant.sid : nil, grantID: grant.id, id: surroundings.newID(),
            issuedAt: now, expiresAt: now + client.accessTokenLife)
        claims.methods = grant.amr
        claims.confirmation = holder
        claims.sealedPerson = try subjects.sealed(person.id, for: client)
        let isSignIn = scopes.contains("openid")
        if isSignIn {
            claims.requested = (grant.terms.claims?.userInfo ?? []).filter(PersonClaim.readable(by: client).contains)
        }
        let accessToken = try await token(claims, for: client)
        let sid = naming == .neither ? nil : grant.sid
        let idToken = isSignIn ? try self.idToken(grant, sid, person, client, accessToken, nonce, now) : nil
        return TokenAnswer(
            accessToken: Secret(accessToken), expiresIn: Int(client.accessTokenLife.milliseconds / 1000),
            refreshToken: refreshToken, idToken: idToken.map { Secret($0) }, scope: ScopeList.text(scopes),
            type: Self.type(holder))
    }

    /// For the client itself.
    ///
    /// - Parameter resources: of its registration (RFC 8707); without any, Yimen's own API.
    func answer(
        client: Client, scopes: [String], resources: [String] = [], holder: Confirmation? = nil, at now: Instant
    ) async throws -> TokenAnswer {
        var claims = AccessTokenClaims(
            subject: client.subject, clientID: client.id,
            audience: resources.isEmpty ? [settings.apiAudience] : resources, scopes: scopes, acr: nil,
            authenticatedAt: nil, roles: [], hall: client.hall, channel: client.channel, sid: nil, grantID: nil,
            id: surroundings.newID(), issuedAt: now, expiresAt: now + client.accessTokenLife)
        claims.confirmation = holder
        return TokenAnswer(
            accessToken: Secret(try await token(claims, for: client)),
            expiresIn: Int(client.accessTokenLife.milliseconds / 1000),
            scope: ScopeList.text(scopes), type: Self.type(holder))
    }

    /// RFC 9449 §5; a token bound to a certificate is still called Bearer (RFC 8705 §3).
    static func type(_ holder: Confirmation?) -> String { holder?.jkt == nil ? "Bearer" : "DPoP" }

    /// A JWT (RFC 9068), or for a client that registered for it a handle that says nothing by itself: what it stands
    /// for is kept sealed, under the digest of the handle.
    func token(_ claims: AccessTokenClaims, for client: Client) async throws -> String {
        let json = claims.json(issuer: settings.issuer)
        guard client.policy.opaqueAccessTokens ?? false else {
            return try keys.sign(json, type: "at+jwt", algorithm: .es256)
        }
        let handle = surroundings.newHandle()
        let hash = crypto.digest(handle)
        let sealed = try crypto.seal(json.encoded(), context: OpaqueTokenStore.context(hash))
        let expires = claims.expiresAt
        try await database.transaction {
            try OpaqueTokenStore.add(hash, sealed: sealed, expires: expires, in: $0)
        }
        return handle
    }

    /// The resources asked for (RFC 8707 §2.2), else the API for who may use it; userinfo whenever `openid`
    /// was granted (RFC 9068 §3).
    private func audience(_ scopes: [String], resources: [String]) -> [String] {
        var audience = resources
        if resources.isEmpty, scopes.contains(where: { Scope.ofAPI.contains($0) }) {
            audience.append(settings.apiAudience)
        }
        if scopes.contains("openid") { audience.append(settings.userInfoAudience) }
        return audience.isEmpty ? [settings.apiAudience] : audience
    }

    /// OpenID Connect Core §2, §3.1.3.6; `sid` of Back-Channel Logout §2.1.
    private func idToken(
        _ grant: Grant, _ sid: String?, _ person: Person, _ client: Client, _ accessToken: String, _ nonce: String?,
        _ now: Instant
    ) throws -> String {
        let claims = JSONValue.object([
            "iss": .string(settings.issuer), "sub": .string(subjects.subject(of: person.id, for: client)),
            "aud": .string(client.id), "person": try subjects.sealed(person.id, for: client).map(JSONValue.string),
            "exp": .integer((now + settings.idTokenLife).seconds), "iat": .integer(now.seconds),
            "auth_time": .integer(grant.authenticatedAt.seconds), "nonce": nonce.map(JSONValue.string),
            "acr": .string(min(grant.terms.statedLevel ?? grant.acr, person.assurance).rawValue),
            "amr": .strings(grant.amr),
            "azp": .string(client.id),
            "sid": sid.map(JSONValue.string), "at_hash": .string(try halfHash(accessToken)),
        ])
        let about = try claimsAboutPerson(grant, person, client)
        return try keys.sign(
            .object((claims.objectMembers ?? []) + about), type: "JWT", algorithm: client.idTokenAlgorithm)
    }

    /// Claims about a person are read at userinfo unless the `claims` parameter wants them here (Core §5.5);
    /// our own pages show a masked name at once.
    private func claimsAboutPerson(_ grant: Grant, _ person: Person, _ client: Client) throws -> [JSONValue.Member] {
        if client.isOwnPages { return [.init("name", .string(try vault.open(person).maskedName))] }
        let names = PersonClaim.readable(by: client).intersection(grant.terms.claims?.idToken ?? [])
        guard !names.isEmpty else { return [] }
        return PersonClaim.members(names, of: person, try vault.open(person))
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
