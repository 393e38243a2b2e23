package import Core
package import Cryptography
package import Storage

/// Adds, lists and removes clients: the work behind `yimen client …` and `yimen device enrol`.
package struct ClientRegistry: Sendable {
    static let maximumIDLength = 128
    private let database: any Database
    private let validate: ValidateRegistration
    private let surroundings: Surroundings

    package init(database: any Database, crypto: any CryptoProvider, surroundings: Surroundings) {
        self.database = database
        validate = ValidateRegistration(crypto: crypto)
        self.surroundings = surroundings
    }

    /// - Throws: `ClientRegistrationFault` with everything that is wrong, or that the id is taken.
    package func add(_ registration: ClientRegistration) async throws -> Client {
        let client = try validate(registration)
        let event = AuditEvent.clientAdded(client.id, surroundings)
        let now = surroundings.now()
        let added = try await database.transaction { transaction in
            guard try ClientStore.add(client, at: now, in: transaction) else { return false }
            try RevocationStore.restore(client.subject, in: transaction)
            try AuditStore.append(event, in: transaction)
            return true
        }
        guard added else { throw ClientRegistrationFault(faults: ["--id \(client.id): already registered"]) }
        return client
    }

    /// Brings a client to the state described, whether it is registered already or not: for
    /// Yimen's own pages at start-up and for seeds.
    package func ensure(_ registrations: [ClientRegistration]) async throws {
        let clients = try registrations.map { try validate($0) }
        let now = surroundings.now()
        try await database.transaction { transaction in
            for client in clients where try ClientStore.find(client.id, in: transaction) != client {
                try ClientStore.put(client, at: now, in: transaction)
            }
        }
    }

    package func list() async throws -> [Client] {
        try await database.read { try ClientStore.all(in: $0) }
    }

    /// Removes a client and ends all that it was given, so that the same id may be registered again.
    ///
    /// Many grants are ended in transactions of bounded size; the last of them removes the client.
    ///
    /// - Returns: false when there is no such client.
    package func remove(_ id: String) async throws -> Bool {
        let event = AuditEvent.clientRemoved(id, surroundings)
        let now = surroundings.now()
        while true {
            let removed = try await database.transaction { transaction -> Bool? in
                guard let client = try ClientStore.find(id, in: transaction) else { return false }
                guard try ClientEnding.endSome(of: id, at: now, in: transaction) else { return nil }
                guard try ClientStore.remove(id, in: transaction) else { return false }
                try RevocationStore.revoke(client.subject, at: now, in: transaction)
                try AuditStore.append(event, in: transaction)
                return true
            }
            if let removed { return removed }
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
        _ = try await add(ClientRegistration.device(id: id, name: name, hall: hall, secret: secret))
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
        registration.name = "一门 Yimen"
        registration.redirectURIs = [issuer + "/auth/callback"]
        registration.postLogoutRedirectURIs = [issuer + "/"]
        registration.scopes = ["openid", "profile", "phone", Scope.booking, Scope.window]
        registration.refreshIdle = .hours(2)
        registration.refreshLife = .hours(12)
        return registration
    }
}
