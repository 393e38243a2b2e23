import Core
import Storage

/// What ended: handed to the listener after the commit.
struct EndedSessions: Sendable {
    let sids: [String]
}

/// Ends sessions and everything under them: relying sessions, their refresh families, their access
/// tokens; and queues a logout token for every system that asked for one (OpenID Connect
/// Back-Channel Logout 1.0 §2.5). All in the caller's transaction; the listener is told afterwards.
struct SessionEnding: Sendable {
    let clients: ClientDirectory
    let listener: any RelyingSessionListener
    let surroundings: Surroundings

    /// The whole session of one browser.
    func end(
        _ ssoSession: String, by actor: String, because reason: String, at now: Instant,
        in transaction: any Transaction
    ) throws -> EndedSessions {
        guard let person = try SSOSessionStore.end(ssoSession, at: now, in: transaction) else {
            return EndedSessions(sids: [])
        }
        try AuditStore.append(
            .signedOut(ssoSession, by: actor, reason: reason, surroundings), in: transaction)
        let ended = try RelyingSessionStore.endAll(under: ssoSession, at: now, in: transaction)
        for session in ended { try endGrants(of: session, at: now, in: transaction) }
        _ = person
        return EndedSessions(sids: ended.map(\.sid))
    }

    /// One system under a session, for the person's own account page.
    func endOne(sid: String, of person: String, at now: Instant, in transaction: any Transaction) throws
        -> EndedSessions
    {
        guard let session = try RelyingSessionStore.end(sid, of: person, at: now, in: transaction) else {
            return EndedSessions(sids: [])
        }
        try AuditStore.append(.signedOut(sid, by: person, reason: "one-system", surroundings), in: transaction)
        try endGrants(of: session, at: now, in: transaction)
        return EndedSessions(sids: [sid])
    }

    /// All browsers of a person.
    func endEverywhere(of person: String, by actor: String, at now: Instant, in transaction: any Transaction) throws
        -> EndedSessions
    {
        var sids = [String]()
        for session in try SSOSessionStore.openSessions(of: person, in: transaction) {
            sids += try end(session, by: actor, because: "everywhere", at: now, in: transaction).sids
        }
        return EndedSessions(sids: sids)
    }

    /// After the commit: our own pages forget the sessions at once.
    func announce(_ ended: EndedSessions) async {
        guard !ended.sids.isEmpty else { return }
        await listener.sessionsEnded(sid: ended.sids)
    }

    private func endGrants(of session: RelyingSession, at now: Instant, in transaction: any Transaction) throws {
        try RefreshStore.revokeAll(sid: session.sid, at: now, in: transaction)
        try RevocationStore.revoke(session.sid, at: now, in: transaction)
        try BackchannelLogout.enqueue(session, at: now, surroundings, in: transaction)
    }
}
