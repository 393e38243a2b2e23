package import Core
package import Cryptography
package import Storage

/// Initial access tokens (RFC 7591 §3): whoever holds one may register as many systems as it has uses.
package struct InitialTokens: Sendable {
    private let database: any Database
    private let crypto: any CryptoProvider
    private let surroundings: Surroundings

    package init(database: any Database, crypto: any CryptoProvider, surroundings: Surroundings) {
        self.database = database
        self.crypto = crypto
        self.surroundings = surroundings
    }

    /// A token with its text, which is kept nowhere.
    package struct Made: Sendable {
        package let token: InitialToken
        package let secret: Secret<String>
    }

    /// - Parameters:
    ///   - label: for whom it is, at most 100 characters.
    ///   - uses: 1…1,000.
    ///   - life: up to 90 days.
    ///   - requirePKCE: false lets systems leave proof keys out, for software that cannot do them.
    /// - Throws: `ClientRegistrationFault`.
    package func make(
        label: String, uses: Int, life: Duration, requirePKCE: Bool = true,
        by actor: String = ClientRegistry.operatorName
    ) async throws -> Made {
        var faults = [ClientFault]()
        if !label.isEmpty, !CheckDescription.isPlain(label, 1...100) {
            faults.append(ClientFault("label", "must be 1 to 100 characters without control characters"))
        }
        if !(1...1000).contains(uses) { faults.append(ClientFault("uses", String(uses), "must be 1 to 1000")) }
        if !(Duration.minutes(1)...Duration.days(90)).contains(life) {
            faults.append(ClientFault("expires", "must be one minute to 90 days ahead"))
        }
        guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
        let secret = Secret(surroundings.newHandle())
        let now = surroundings.now()
        let token = InitialToken(
            id: surroundings.newID(), label: label, requirePKCE: requirePKCE, usesLeft: uses, createdBy: actor,
            createdAt: now, expiresAt: now + life)
        let hash = crypto.digest(secret.reveal())
        let event = AuditEvent(
            kind: "registration-token.made", actor: actor, subject: token.id, detail: "\(uses) uses", surroundings)
        try await database.transaction { transaction in
            try InitialTokenStore.add(token, hash: hash, in: transaction)
            try AuditStore.append(event, in: transaction)
        }
        return Made(token: token, secret: secret)
    }

    /// The tokens that are still good, newest first, 200 at most.
    package func list() async throws -> [InitialToken] {
        let now = surroundings.now()
        return try await database.read { try InitialTokenStore.list(at: now, in: $0) }
    }

    /// - Returns: false when there is no such token.
    package func revoke(_ id: String, by actor: String = ClientRegistry.operatorName) async throws -> Bool {
        let event = AuditEvent(kind: "registration-token.withdrawn", actor: actor, subject: id, surroundings)
        return try await database.transaction { transaction in
            guard try InitialTokenStore.remove(id, in: transaction) else { return false }
            try AuditStore.append(event, in: transaction)
            return true
        }
    }
}

/// An initial access token as it is shown.
package struct InitialToken: Sendable, Hashable {
    package let id: String
    package let label: String
    /// Systems registered with it must use PKCE.
    package let requirePKCE: Bool
    package let usesLeft: Int
    package let createdBy: String
    package let createdAt: Instant
    package let expiresAt: Instant
}
