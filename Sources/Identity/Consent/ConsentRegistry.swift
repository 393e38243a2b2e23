package import Core
package import Logging
package import Storage

/// What a person has allowed which systems, and how it is taken back: the work behind the account
/// page, the API and `yimen consent …`.
package struct ConsentRegistry: Sendable {
    /// One system that has something of a person.
    package struct Entry: Sendable {
        package let clientID: String
        /// `scope:profile`, `claim:name`, `resource:https://…`.
        package let items: [String]
        package let since: Instant
        /// It holds a refresh token that outlives the person's sign-in.
        package let lasts: Bool
    }

    private let database: any Database
    private let sessions: SessionEnding
    private let surroundings: Surroundings

    init(database: any Database, sessions: SessionEnding, surroundings: Surroundings) {
        self.database = database
        self.sessions = sessions
        self.surroundings = surroundings
    }

    /// For the command line, where no page sessions are at hand to be told: systems that ask for consent
    /// are never Yimen's own pages.
    package init(database: any Database, logger: Logger, surroundings: Surroundings) {
        let clients = ClientDirectory(database: database, logger: logger)
        self.init(
            database: database,
            sessions: SessionEnding(clients: clients, listener: NobodyListens(), surroundings: surroundings),
            surroundings: surroundings)
    }

    package func list(of person: String) async throws -> [Entry] {
        let now = surroundings.now()
        let (granted, lasting) = try await database.read { statements in
            (
                try ConsentStore.list(person: person, in: statements),
                try RefreshStore.offlineClients(of: person, at: now, in: statements)
            )
        }
        var entries = [String: Entry]()
        for (client, rows) in Dictionary(grouping: granted, by: \.clientID) {
            entries[client] = Entry(
                clientID: client, items: rows.map(\.item), since: rows.map(\.grantedAt).min() ?? now,
                lasts: lasting[client] != nil)
        }
        for (client, since) in lasting where entries[client] == nil {
            entries[client] = Entry(clientID: client, items: ["scope:offline_access"], since: since, lasts: true)
        }
        return entries.values.sorted { $0.clientID < $1.clientID }
    }

    /// Takes back what the person had allowed: the memory of it, the refresh families, the access
    /// tokens and the sessions at that system, in one transaction.
    ///
    /// - Parameter actor: the person's `sub`, or `system` for an operator.
    /// - Returns: false when the system had nothing.
    @discardableResult
    package func withdraw(_ client: String, of person: String, by actor: String) async throws -> Bool {
        let now = surroundings.now()
        let event = AuditEvent.consentWithdrawn(from: client, of: person, by: actor, surroundings)
        let outcome = try await database.transaction {
            [sessions] transaction -> (found: Bool, ended: [EndedSessions]) in
            // First: whoever issues a code on the strength of a consent holds its rows.
            var found = try ConsentStore.remove(person: person, client: client, in: transaction) > 0
            var ended = [EndedSessions]()
            for sid in try RelyingSessionStore.open(of: person, client: client, in: transaction) {
                ended.append(try sessions.endOne(sid: sid, of: person, at: now, in: transaction))
            }
            // Last: a redemption under way holds its session, and has opened its family when that has been ended.
            for family in try RefreshStore.revokeAll(of: person, client: client, at: now, in: transaction) {
                try RevocationStore.revoke(family, at: now, in: transaction)
                found = true
            }
            if found || !ended.isEmpty { try AuditStore.append(event, in: transaction) }
            return (found || !ended.isEmpty, ended)
        }
        for ended in outcome.ended { await sessions.announce(ended) }
        return outcome.found
    }
}

private struct NobodyListens: RelyingSessionListener {
    func sessionsEnded(sid: [String]) async {}
}
