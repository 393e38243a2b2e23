import Core

/// Something that happened to a person, a session, a grant or a client. Holds ids and codes only,
/// never names, numbers, addresses or secrets.
struct AuditEvent: Sendable, Hashable {
    let id: String
    let at: Instant
    /// `session.opened`, `refresh.reused`, …
    let kind: String
    /// Who did it: a person's `sub`, `client:<id>`, or `system`.
    let actor: String
    /// What it was done to.
    let subject: String
    let detail: String

    init(kind: String, actor: String, subject: String, detail: String = "", _ surroundings: Surroundings) {
        id = surroundings.newID()
        at = surroundings.now()
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
    }

    init(id: String, at: Instant, kind: String, actor: String, subject: String, detail: String) {
        self.id = id
        self.at = at
        self.kind = kind
        self.actor = actor
        self.subject = subject
        self.detail = detail
    }
}

extension AuditEvent {
    static func personAdded(_ person: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "person.added", actor: "system", subject: person, surroundings)
    }

    static func passwordChanged(_ person: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "password.changed", actor: actor, subject: person, surroundings)
    }

    static func personLocked(_ person: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "person.locked", actor: actor, subject: person, surroundings)
    }

    static func personUnlocked(_ person: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "person.unlocked", actor: actor, subject: person, surroundings)
    }

    static func personAssured(
        _ person: String, from old: AssuranceLevel, to new: AssuranceLevel, by actor: String,
        _ surroundings: Surroundings
    ) -> AuditEvent {
        AuditEvent(
            kind: "person.assured", actor: actor, subject: person, detail: "\(old.rawValue) \(new.rawValue)",
            surroundings)
    }

    static func clientAdded(_ client: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "client.added", actor: actor, subject: client, surroundings)
    }

    /// - Parameter members: names of what was changed, never values.
    static func clientChanged(
        _ client: String, members: [String], by actor: String, _ surroundings: Surroundings
    ) -> AuditEvent {
        AuditEvent(
            kind: "client.changed", actor: actor, subject: client, detail: members.joined(separator: " "), surroundings)
    }

    static func clientRemoved(_ client: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "client.removed", actor: actor, subject: client, surroundings)
    }

    static func signedIn(_ person: String, session: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "session.opened", actor: person, subject: session, detail: "password", surroundings)
    }

    static func signInRefused(_ person: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "sign-in.refused", actor: "anonymous", subject: person, surroundings)
    }

    static func signedOut(_ session: String, by actor: String, reason: String, _ surroundings: Surroundings)
        -> AuditEvent
    {
        AuditEvent(kind: "session.ended", actor: actor, subject: session, detail: reason, surroundings)
    }

    /// A token was exchanged for one that another system takes (RFC 8693).
    static func tokenExchanged(
        _ claims: AccessTokenClaims, from source: String, by client: String, _ surroundings: Surroundings
    ) -> AuditEvent {
        let detail =
            "jti=\(claims.id) from=\(source) actors=\(claims.actors.joined(separator: "<")) "
            + "scope=\(ScopeList.text(claims.scopes)) audience=\(claims.audience.joined(separator: " "))"
        return AuditEvent(
            kind: "token.exchanged", actor: "client:" + client, subject: claims.personID ?? claims.subject,
            detail: detail, surroundings)
    }

    /// A client gave a refresh token back (RFC 7009).
    static func grantRevoked(_ grant: String, by actor: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "grant.revoked", actor: actor, subject: grant, surroundings)
    }

    /// A person allowed a system what it asked for.
    static func consentGiven(to client: String, by person: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "consent.given", actor: person, subject: client, surroundings)
    }

    /// A person turned a request down, or could not meet what it demands.
    static func authorizationRefused(
        _ error: OAuthError.Code, to client: String, by person: String, _ surroundings: Surroundings
    ) -> AuditEvent {
        AuditEvent(
            kind: "authorization.refused", actor: person, subject: client, detail: error.rawValue, surroundings)
    }

    /// What a person had allowed a system was taken back.
    static func consentWithdrawn(
        from client: String, of person: String, by actor: String, _ surroundings: Surroundings
    ) -> AuditEvent {
        AuditEvent(kind: "consent.withdrawn", actor: actor, subject: person, detail: client, surroundings)
    }

    /// An alarm: somebody presented a code that had been redeemed (RFC 6749 §10.5).
    static func codeReused(grant: String, by client: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "alarm.code-reused", actor: "client:" + client, subject: grant, surroundings)
    }

    /// An alarm: a replaced refresh token came back after the grace (RFC 9700 §4.14.2).
    static func refreshReused(family: String, by client: String, _ surroundings: Surroundings) -> AuditEvent {
        AuditEvent(kind: "alarm.refresh-reused", actor: "client:" + client, subject: family, surroundings)
    }
}
