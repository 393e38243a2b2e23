package import Core
package import Cryptography
package import Storage

/// Adds, changes, lists and removes clients: the work behind `yimen client …`, `yimen device enrol`, the
/// administration and registration by systems themselves. Every change stands in the audit with who made it.
package struct ClientRegistry: Sendable {
    static let maximumIDLength = 128
    /// Whoever works at the machine itself.
    package static let operatorName = "system"

    let database: any Database
    let validate: ValidateRegistration
    let crypto: any CryptoProvider
    let surroundings: Surroundings

    /// - Parameter demo: allows the secrets that the demo publishes.
    package init(database: any Database, crypto: any CryptoProvider, demo: Bool, surroundings: Surroundings) {
        self.database = database
        self.crypto = crypto
        validate = ValidateRegistration(crypto: crypto, demo: demo)
        self.surroundings = surroundings
    }

    /// - Throws: `ClientRegistrationFault` with everything that is wrong, or that the id is taken.
    @discardableResult
    package func add(_ registration: ClientRegistration, by actor: String = operatorName) async throws -> Client {
        let client = try validate(registration)
        let event = AuditEvent.clientAdded(client.id, by: actor, surroundings)
        let now = surroundings.now()
        let added = try await database.transaction { transaction in
            guard try ClientStore.add(client, at: now, in: transaction) else { return false }
            try RevocationStore.restore(client.subject, at: now, in: transaction)
            try ClientLogos.enqueue(client, at: now, in: transaction)
            try AuditStore.append(event, in: transaction)
            return true
        }
        guard added else {
            throw ClientRegistrationFault(faults: [
                ClientFault("client_id", client.id, "a client of this name is registered already")
            ])
        }
        return client
    }

    /// Brings a client to the state described, whether it is registered already or not: for
    /// Yimen's own pages at start-up and for seeds.
    package func ensure(_ registrations: [ClientRegistration]) async throws {
        let clients = try registrations.map { try validate($0) }
        let now = surroundings.now()
        try await database.transaction { transaction in
            for client in clients where try ClientRecordStore.find(client.id, in: transaction)?.client != client {
                try ClientStore.put(client, at: now, in: transaction)
            }
        }
    }

    /// The clients that work, by id.
    package func list() async throws -> [Client] {
        try await database.read { try ClientStore.all(in: $0) }
    }

    /// Removes a client, whatever its state, and ends all that it was given, so that the same id may be registered
    /// again.
    ///
    /// - Returns: false when there is no such client.
    package func remove(_ id: String, by actor: String = operatorName) async throws -> Bool {
        let event = AuditEvent.clientRemoved(id, by: actor, surroundings)
        return try await endingGrants(of: id) { transaction in
            guard try ClientStore.remove(id, in: transaction) else { return false }
            try AuditStore.append(event, in: transaction)
            return true
        }
    }

    /// Ends all that a client was given, in transactions of bounded size, the last of which does `work`.
    ///
    /// - Returns: false when there is no such client.
    func endingGrants(of id: String, _ work: @escaping @Sendable (any Transaction) throws -> Bool) async throws -> Bool
    {
        let now = surroundings.now()
        while true {
            let done = try await database.transaction { transaction -> Bool? in
                guard let client = try ClientRecordStore.find(id, in: transaction)?.client else { return false }
                guard try ClientEnding.endSome(of: id, at: now, in: transaction) else { return nil }
                try RevocationStore.revoke(client.subject, at: now, in: transaction)
                return try work(transaction)
            }
            if let done { return done }
        }
    }

    /// A kiosk, board or other machine of one hall.
    package struct EnrolledDevice: Sendable {
        package let clientID: String
        /// Shown once, kept nowhere.
        package let secret: Secret<String>
    }

    /// Enrols a machine that stands in a hall; its tokens are good for that hall only.
    ///
    /// - Parameter secret: made here unless the operator brings one.
    package func enrolDevice(id: String, name: String?, hall: String, secret: Secret<String>? = nil) async throws
        -> EnrolledDevice
    {
        let secret = secret ?? Secret(surroundings.newHandle())
        try await add(ClientRegistration.device(id: id, name: name, hall: hall, secret: secret))
        return EnrolledDevice(clientID: id, secret: secret)
    }
}

extension ClientRegistration {
    /// What `yimen device enrol` registers.
    package static func device(id: String, name: String?, hall: String, secret: Secret<String>) -> ClientRegistration {
        var registration = ClientRegistration(id: id)
        registration.name = name
        registration.secret = secret
        registration.grants = [Client.GrantType.clientCredentials.rawValue]
        registration.scopes = [Scope.kiosk]
        registration.channel = .hall
        registration.hall = hall
        return registration
    }

    /// Yimen's own pages: a public client like any other, with PKCE (RFC 8252 §8.1).
    ///
    /// - Parameter issuer: the public origin, without a trailing slash.
    package static func ownPages(issuer: String) -> ClientRegistration {
        var registration = ClientRegistration(id: Client.ownPagesID)
        registration.name = "一门"
        registration.profile.nameEnglish = "Yimen"
        registration.redirectURIs = [issuer + "/auth/callback"]
        registration.postLogoutRedirectURIs = [issuer + "/"]
        registration.scopes = [
            "openid", "profile", "phone", Scope.booking, Scope.window, Scope.clients, Scope.sessions,
        ]
        registration.refreshIdle = .hours(2)
        registration.refreshLife = .hours(12)
        return registration
    }
}
