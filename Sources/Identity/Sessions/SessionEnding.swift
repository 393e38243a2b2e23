import Core
import Storage

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
        let logout = surroundings.newID()
        return EndedSessions(
            logoutID: logout,
            systems: try end(ssoSession, as: logout, by: actor, because: reason, at: now, in: transaction))
    }

    /// One system under a session, for the person's own account page.
    func endOne(sid: String, of person: String, at now: Instant, in transaction: any Transaction) throws
        -> EndedSessions
    {
        guard let session = try RelyingSessionStore.end(sid, of: person, at: now, in: transaction) else {
            return .none
        }
        try AuditStore.append(.signedOut(sid, by: person, reason: "one-system", surroundings), in: transaction)
        let logout = surroundings.newID()
        return EndedSessions(
            logoutID: logout, systems: [try endGrants(of: session, as: logout, at: now, in: transaction)])
    }

    /// All browsers of a person, and every refresh family: `offline_access` outlives a session, not this (rule 32).
    ///
    /// - Parameters:
    ///   - reason: stands in the audit: `everywhere`, `password-changed`, `locked`.
    ///   - kept: a session that goes on, with the systems under it; their refresh families end all the same.
    func endEverywhere(
        of person: String, by actor: String, because reason: String = "everywhere", keeping kept: String? = nil,
        at now: Instant, in transaction: any Transaction
    ) throws -> EndedSessions {
        let logout = surroundings.newID()
        try PersonStore.hold(row: person, in: transaction)
        var systems = [EndedSystem]()
        for session in try SSOSessionStore.openSessions(of: person, in: transaction) where session != kept {
            systems += try end(session, as: logout, by: actor, because: reason, at: now, in: transaction)
        }
        for grant in try RefreshStore.revokeAll(person: person, because: reason, at: now, in: transaction) {
            try RevocationStore.revoke(grant, at: now, in: transaction)
        }
        return EndedSessions(logoutID: logout, systems: systems)
    }

    /// After the commit: our own pages forget the sessions at once.
    func announce(_ ended: EndedSessions) async {
        guard !ended.systems.isEmpty else { return }
        await listener.sessionsEnded(sid: ended.sids)
    }

    private func end(
        _ ssoSession: String, as logout: String, by actor: String, because reason: String, at now: Instant,
        in transaction: any Transaction
    ) throws -> [EndedSystem] {
        guard try SSOSessionStore.end(ssoSession, at: now, in: transaction) != nil else { return [] }
        try AuditStore.append(.signedOut(ssoSession, by: actor, reason: reason, surroundings), in: transaction)
        return try RelyingSessionStore.endAll(under: ssoSession, at: now, in: transaction).map {
            try endGrants(of: $0, as: logout, at: now, in: transaction)
        }
    }

    private func endGrants(
        of session: RelyingSession, as logout: String, at now: Instant, in transaction: any Transaction
    ) throws -> EndedSystem {
        try RefreshStore.revokeAll(sid: session.sid, at: now, in: transaction)
        try RevocationStore.revoke(session.sid, at: now, in: transaction)
        let client = try ClientStore.find(session.clientID, in: transaction)
        let isTold = client?.backchannelLogoutURI != nil
        if isTold {
            try BackchannelLogout.enqueue(session, logout: logout, at: now, surroundings, in: transaction)
        }
        return EndedSystem(
            sid: session.sid, clientID: session.clientID,
            frontchannelURI: client?.policy.frontchannelLogoutURI, isTold: isTold)
    }
}
