package import Core
import Cryptography
import Storage

/// Changes to clients that are there already.
extension ClientRegistry {
    /// The client in any state; `nil` when there is none.
    package func record(_ id: String) async throws -> ClientRecord? {
        try await database.read { try ClientRecordStore.find(id, in: $0) }
    }

    /// One page of clients by id.
    ///
    /// - Parameters:
    ///   - after: the last id of the page before.
    ///   - query: part of an id or name.
    ///   - limit: 1…200.
    package func records(
        after: String = "", query: String = "", state: ClientRecord.State? = nil, limit: Int = 50
    ) async throws -> [ClientRecord] {
        let page = ClientRecordStore.Page(after: after, state: state, query: query, limit: min(max(limit, 1), 200))
        return try await database.read { try ClientRecordStore.list(page, in: $0) }
    }

    /// A client after a change, with the secret that was made for it where it needed its first.
    package struct Updated: Sendable {
        package let record: ClientRecord
        package let secret: Secret<String>?
    }

    /// Reads the client, lets `change` edit its description, judges the whole and writes it unless somebody else has
    /// written meanwhile.
    ///
    /// - Parameter expected: the version the caller has seen; without one, a change by somebody else in this very
    ///   moment is read again and edited, three times at most.
    /// - Throws: `ClientRegistrationFault`, `ClientChangeRefusal`.
    package func update(
        _ id: String, expecting expected: Int64? = nil, by actor: String = operatorName,
        judging judge: @Sendable (ClientRecord) throws -> Void = { _ in },
        _ change: @Sendable (inout ClientRegistration) throws -> Void
    ) async throws -> Updated {
        for _ in 0..<3 {
            guard let record = try await record(id) else { throw ClientChangeRefusal.notFound(id) }
            guard !record.client.isOwnPages else { throw ClientChangeRefusal.ownPages }
            guard expected == nil || expected == record.version else { throw ClientChangeRefusal.stale }
            try judge(record)
            var registration = ClientRegistration(record.client)
            try change(&registration)
            registration.id = id
            let secret = giveSecret(to: &registration)
            let client = try validate(registration)
            let changed = ClientDifference.members(record.client, client)
            guard !changed.isEmpty else { return Updated(record: record, secret: nil) }
            if let written = try await write(client, over: record, changed, by: actor) {
                return Updated(record: written, secret: secret)
            }
            if expected != nil { throw ClientChangeRefusal.stale }
        }
        throw ClientChangeRefusal.stale
    }

    private func write(_ client: Client, over record: ClientRecord, _ changed: [String], by actor: String) async throws
        -> ClientRecord?
    {
        let event = AuditEvent.clientChanged(client.id, members: changed, by: actor, surroundings)
        let now = surroundings.now()
        return try await database.transaction { transaction in
            guard try ClientRecordStore.replace(client, expecting: record.version, at: now, in: transaction) else {
                return nil
            }
            if changed.contains("logo_uri") { try ClientLogos.enqueue(client, at: now, in: transaction) }
            try AuditStore.append(event, in: transaction)
            return try ClientRecordStore.find(client.id, in: transaction)
        }
    }

    /// Gives the client a new secret; the old one is refused from then on.
    ///
    /// - Returns: the secret, kept nowhere.
    /// - Throws: `ClientChangeRefusal`.
    package func rotateSecret(_ id: String, by actor: String = operatorName) async throws -> Secret<String> {
        guard id != Client.ownPagesID else { throw ClientChangeRefusal.ownPages }
        let secret = Secret(surroundings.newHandle())
        let hash = crypto.digest(secret.reveal())
        let event = AuditEvent(kind: "client.secret-rotated", actor: actor, subject: id, surroundings)
        let now = surroundings.now()
        try await database.transaction { transaction in
            guard try ClientRecordStore.setSecret(hash: hash, of: id, at: now, in: transaction) else {
                throw try ClientRecordStore.find(id, in: transaction) == nil
                    ? ClientChangeRefusal.notFound(id) : .withoutSecret
            }
            try AuditStore.append(event, in: transaction)
        }
        return secret
    }

    /// Switches a client off or on again. Switched off, it ends what was given to it.
    ///
    /// - Throws: `ClientChangeRefusal`.
    package func setEnabled(_ isEnabled: Bool, _ id: String, by actor: String = operatorName) async throws {
        guard id != Client.ownPagesID else { throw ClientChangeRefusal.ownPages }
        let event = AuditEvent(
            kind: isEnabled ? "client.enabled" : "client.disabled", actor: actor, subject: id, surroundings)
        let now = surroundings.now()
        let isKnown =
            if isEnabled {
                try await database.transaction { transaction in
                    guard let record = try ClientRecordStore.find(id, in: transaction) else { return false }
                    // Approval is a decision of its own.
                    if record.state == .pending { throw ClientChangeRefusal.isPending }
                    guard try ClientRecordStore.set(.active, of: id, at: now, in: transaction) else { return true }
                    try RevocationStore.restore(record.client.subject, at: now, in: transaction)
                    try AuditStore.append(event, in: transaction)
                    return true
                }
            } else {
                try await endingGrants(of: id) { transaction in
                    if try ClientRecordStore.set(.disabled, of: id, at: now, in: transaction) {
                        try AuditStore.append(event, in: transaction)
                    }
                    return true
                }
            }
        guard isKnown else { throw ClientChangeRefusal.notFound(id) }
    }

    /// Lets a client work that has registered itself.
    ///
    /// - Parameter expected: the version that was judged: until it is approved the system may change what it
    ///   registered. Without one, whatever is there.
    /// - Throws: `ClientChangeRefusal`.
    package func approve(_ id: String, expecting expected: Int64? = nil, by actor: String = operatorName) async throws {
        let event = AuditEvent(kind: "client.approved", actor: actor, subject: id, surroundings)
        let now = surroundings.now()
        try await database.transaction { transaction in
            guard let record = try ClientRecordStore.find(id, in: transaction) else {
                throw ClientChangeRefusal.notFound(id)
            }
            guard record.state == .pending else { throw ClientChangeRefusal.notPending }
            let version = expected ?? record.version
            guard try ClientRecordStore.approve(id, expecting: version, at: now, in: transaction) else {
                throw ClientChangeRefusal.stale
            }
            if let client = try ClientStore.find(id, in: transaction) {
                try ClientLogos.enqueue(client, at: now, in: transaction)
            }
            try AuditStore.append(event, in: transaction)
        }
    }
}

/// Which members of two definitions differ, by name: for the audit, which holds no values.
enum ClientDifference {
    static func members(_ old: Client, _ new: Client) -> [String] {
        let before = ClientRegistration(old)
        let after = ClientRegistration(new)
        var names = ClientMembers.all.filter { $0.read(before) != $0.read(after) }.map(\.name)
        if old.secretHash != new.secretHash { names.append("client_secret") }
        return names
    }
}
