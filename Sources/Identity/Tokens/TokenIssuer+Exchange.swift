import Core
import Web

extension TokenIssuer {
    /// The claims of a token that stands for the subject of another one (RFC 8693 §2.2): no later end, the same grant
    /// and session, so that whatever ends those ends it too. Level, roles, hall and scopes are those that other grants
    /// would give the person through this client now, and never more than the other token has.
    ///
    /// - Parameter person: behind the token; `nil` for a machine's.
    func claims(
        exchanging subject: AccessTokenClaims, of person: Person?, for client: Client, act: JSONValue?,
        audiences: [String], scopes: [String], holder: Confirmation?, at now: Instant
    ) throws -> AccessTokenClaims {
        let hall = ScopePolicy.hall(exchanging: subject, of: person, through: client)
        var claims = AccessTokenClaims(
            subject: subject.personID.map { subjects.subject(of: $0, for: client) } ?? subject.subject,
            clientID: client.id, audience: audiences,
            scopes: ScopePolicy.effective(scopes, for: person, in: hall, through: client),
            acr: subject.acr.map { min($0, person?.assurance ?? $0) }, authenticatedAt: subject.authenticatedAt,
            roles: subject.roles.intersection(person?.roles ?? subject.roles), hall: hall,
            channel: client.channel, sid: subject.sid, grantID: subject.grantID, id: surroundings.newID(),
            issuedAt: now, expiresAt: min(subject.expiresAt, now + client.accessTokenLife))
        claims.methods = subject.methods
        claims.act = act
        claims.confirmation = holder
        claims.personID = subject.personID
        claims.sealedPerson = try subject.personID.flatMap { try subjects.sealed($0, for: client) }
        return claims
    }

    func answer(exchanged claims: AccessTokenClaims, issuedType: String, for client: Client, at now: Instant)
        async throws -> TokenAnswer
    {
        TokenAnswer(
            accessToken: Secret(try await token(claims, for: client)),
            expiresIn: Int((claims.expiresAt - now).milliseconds / 1000), scope: ScopeList.text(claims.scopes),
            type: Self.type(claims.confirmation), issuedType: issuedType)
    }
}
