import Core
import Cryptography
import Storage
import Web

/// Registration by systems themselves (RFC 7591) and management of what they registered (RFC 7592).
///
/// Closed unless one of two doors is open: an initial access token, each good for so many registrations; or, where the
/// operator has set it, registration by anybody, after which nothing works until an administrator approves.
struct SelfRegistration: Sendable {
    /// Registrations that may wait for approval at once: anybody can send them.
    static let pendingLimit = 200

    let registry: ClientRegistry
    let sector: CheckSector
    let isOpen: Bool

    /// A client with the two secrets that exist in this answer alone.
    struct Answer: Sendable {
        let record: ClientRecord
        let secret: Secret<String>?
        let registrationToken: Secret<String>
    }

    /// - Throws: `RegistrationError`.
    func register(_ body: JSONValue, token: String?) async throws -> Answer {
        let now = registry.surroundings.now()
        let hash = token.map { registry.crypto.digest($0) }
        var allowance: InitialToken?
        if let hash {
            allowance = try await registry.database.read { try InitialTokenStore.find(hash: hash, at: now, in: $0) }
        }
        guard allowance != nil || (isOpen && token == nil) else { throw refusal(token) }
        let request = try RegistrationRequest(
            body, id: registry.surroundings.newID(), requirePKCE: allowance?.requirePKCE ?? true)
        var registration = request.registration
        let secret = registry.giveSecret(to: &registration)
        let client = try await judge(registration)
        let registrationToken = Secret(registry.surroundings.newHandle())
        let registrationHash = registry.crypto.digest(registrationToken.reveal())
        let actor = allowance.map { "token:" + $0.id } ?? "anonymous"
        let event = AuditEvent.clientAdded(client.id, by: actor, registry.surroundings)
        let record = try await registry.database.transaction { transaction -> ClientRecord? in
            if let hash {
                guard try InitialTokenStore.use(hash: hash, at: now, in: transaction) != nil else { return nil }
            } else if try ClientRecordStore.pendingCount(in: transaction) >= Self.pendingLimit {
                throw RegistrationError(.temporarilyUnavailable, "too many registrations wait for approval")
            }
            guard
                try ClientStore.add(
                    client, state: hash == nil ? .pending : .active, origin: hash == nil ? .open : .token,
                    registrationHash: registrationHash, at: now, in: transaction)
            else { throw StorageError.constraint("identity_client") }
            // What nobody has approved is not fetched for.
            if hash != nil { try ClientLogos.enqueue(client, at: now, in: transaction) }
            try AuditStore.append(event, in: transaction)
            return try ClientRecordStore.find(client.id, in: transaction)
        }
        guard let record else { throw refusal(token) }
        return Answer(record: record, secret: secret, registrationToken: registrationToken)
    }

    /// The client that a registration access token was given for.
    ///
    /// - Throws: `RegistrationError` for any other token, and for a client that is switched off (RFC 7592 §2.1).
    func find(_ id: String, token: String?) async throws -> ClientRecord {
        guard let token else { throw refusal(nil, wanted: "the registration access token of this client") }
        let hash = registry.crypto.digest(token)
        let record = try await registry.database.read { try ClientRecordStore.find(registrationHash: hash, in: $0) }
        guard let record, record.client.id == id, record.state != .disabled else { throw refusal(token) }
        return record
    }

    /// Thrown to undo a change when somebody else has changed the client meanwhile.
    private struct Overtaken: Error {}

    /// Replaces what the client registered (RFC 7592 §2.2) and its registration access token. A system that was
    /// approved by an administrator waits for approval again: what was approved is not what is there now.
    ///
    /// - Throws: `RegistrationError`.
    func update(_ id: String, _ body: JSONValue, token: String?) async throws -> Answer {
        for _ in 0..<3 {
            do {
                return try await replace(try await find(id, token: token), by: body, token: token)
            } catch is Overtaken {
                // Read again: what an administrator has just set stays.
            }
        }
        throw RegistrationError(.temporarilyUnavailable, "the registration is being changed by others; send it again")
    }

    /// - Throws: `RegistrationError`; `Overtaken`, and then the token that was presented is as good as before.
    private func replace(_ record: ClientRecord, by body: JSONValue, token: String?) async throws -> Answer {
        let id = record.client.id
        let granted = record.client.grants.intersection(CheckStranger.closedGrants)
        let request = try RegistrationRequest(
            body, id: id, requirePKCE: record.client.insistsOnPKCE, granted: granted,
            answers: record.client.policy.authorizationResponseAlgorithm)
        guard request.statedID == nil || request.statedID == id else {
            throw RegistrationError(.invalidClientMetadata, "client_id is not the one of this registration")
        }
        if let stated = request.statedSecret {
            let matches = constantTimeEqual(registry.crypto.digest(stated.reveal()), record.client.secretHash ?? "")
            guard matches else { throw RegistrationError(.invalidClientMetadata, "client_secret cannot be chosen") }
        }
        var registration = request.registration
        registration.secretHash = record.client.secretHash
        Self.keepOperatorTerms(of: record.client, in: &registration)
        let secret = registry.giveSecret(to: &registration)
        let client = try await judge(registration)
        let changed = ClientDifference.members(record.client, client)
        let hash = registry.crypto.digest(token ?? "")
        let fresh = Secret(registry.surroundings.newHandle())
        let freshHash = registry.crypto.digest(fresh.reveal())
        let now = registry.surroundings.now()
        let event = AuditEvent.clientChanged(id, members: changed, by: "client:" + id, registry.surroundings)
        let waitsAgain = record.origin == .open && record.state == .active && !changed.isEmpty
        let written = try await registry.database.transaction { transaction -> ClientRecord? in
            guard try ClientRecordStore.replaceRegistration(of: id, hash: hash, with: freshHash, in: transaction) else {
                return nil
            }
            // The old token is gone by now and nobody would be told the new one, so the whole is undone.
            guard try ClientRecordStore.replace(client, expecting: record.version, at: now, in: transaction) else {
                throw Overtaken()
            }
            if changed.contains("logo_uri"), !waitsAgain, record.state == .active {
                try ClientLogos.enqueue(client, at: now, in: transaction)
            }
            if waitsAgain { _ = try ClientRecordStore.set(.pending, of: id, at: now, in: transaction) }
            try AuditStore.append(event, in: transaction)
            return try ClientRecordStore.find(id, in: transaction)
        }
        guard let written else { throw refusal(token) }
        return Answer(record: written, secret: secret, registrationToken: fresh)
    }

    /// Removes the client and all it was given (RFC 7592 §2.3).
    ///
    /// - Throws: `RegistrationError`.
    func remove(_ id: String, token: String?) async throws {
        _ = try await find(id, token: token)
        _ = try await registry.remove(id, by: "client:" + id)
    }

    /// What an administrator has set stays: a system changes its own members only.
    private static func keepOperatorTerms(of client: Client, in registration: inout ClientRegistration) {
        let before = ClientRegistration(client)
        for member in ClientMembers.all where !member.isOpen {
            _ = member.write(&registration, member.read(before) ?? .null)
        }
        registration.grants += client.grants.intersection(CheckStranger.closedGrants).map(\.rawValue)
            .filter { !registration.grants.contains($0) }.sorted()
        registration.scopes += client.scopes.filter { Scope.ofAPI.contains($0) }.sorted()
    }

    private func judge(_ registration: ClientRegistration) async throws -> Client {
        do {
            let client = try registry.validate(registration)
            try await sector(registration)
            return client
        } catch let fault as ClientRegistrationFault {
            throw RegistrationError(fault)
        }
    }

    private func refusal(
        _ token: String?, wanted: String = "an initial access token, which an administrator issues,"
    ) -> RegistrationError {
        RegistrationError(
            .invalidToken, token == nil ? wanted + " is needed" : "the token is not valid", sentToken: token != nil)
    }
}
