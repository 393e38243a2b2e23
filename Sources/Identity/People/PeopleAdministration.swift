package import Core
package import Cryptography
package import Storage

/// What an operator does about people on record: looks them up, sets a password, locks and unlocks. Whatever takes
/// somebody's access away ends their sessions and grants in the same transaction (identity rule 32).
package struct PeopleAdministration: Sendable {
    private let database: any Database
    private let vault: PersonVault
    private let passwords: PasswordHashing
    private let sessions: SessionEnding
    private let check: CheckPassword
    private let surroundings: Surroundings

    /// - Parameters:
    ///   - listener: told after sessions have ended.
    ///   - demo: allows the password that the demo publishes.
    package init(
        database: any Database, crypto: any CryptoProvider, passwords: PasswordHashing, clients: ClientDirectory,
        listener: any RelyingSessionListener, demo: Bool, surroundings: Surroundings
    ) {
        self.database = database
        vault = PersonVault(crypto: crypto)
        self.passwords = passwords
        check = CheckPassword(demo: demo)
        sessions = SessionEnding(clients: clients, listener: listener, surroundings: surroundings)
        self.surroundings = surroundings
    }

    /// A person as an operator may see them: masked, with ids and states in the clear.
    package struct Entry: Sendable {
        package let id: String
        package let maskedName: String
        package let maskedPhone: String?
        package let signInName: String?
        package let assurance: AssuranceLevel
        package let roles: Set<Role>
        package let hall: String?
        package let state: Person.State
    }

    /// - Parameters:
    ///   - id: the last one of the page before.
    ///   - limit: 1…1,000.
    /// - Throws: `PersonFault` when nobody has that id: the page would seem to be the end of the list.
    package func list(after id: String = "", limit: Int = 50) async throws -> [Entry] {
        let limit = max(1, min(1000, limit))
        let page = try await database.read { statements -> [Person]? in
            guard try id.isEmpty || PersonStore.find(id, in: statements) != nil else { return nil }
            return try PersonStore.page(after: id, limit: limit, in: statements)
        }
        guard let page else { throw PersonFault(faults: ["nobody has the subject id \"\(id)\" to list people after"]) }
        return try page.map(entry)
    }

    /// - Parameter who: a subject id, a sign-in name or a phone.
    /// - Returns: `nil` when nobody answers to that.
    package func find(_ who: String) async throws -> Entry? {
        try await person(who).map(entry)
    }

    /// Open sessions and live refresh families of a person.
    package struct Access: Sendable, Hashable {
        package let sessions: Int
        package let grants: Int
    }

    package func access(of id: String) async throws -> Access {
        let now = surroundings.now()
        return try await database.read { statements in
            Access(
                sessions: try SSOSessionStore.list(person: id, at: now, in: statements).count,
                grants: try RefreshStore.count(person: id, at: now, in: statements))
        }
    }

    /// - Throws: `PersonFault` for an unknown person or a password that may not be set; `Problem.busy`; `StorageError`.
    package func setPassword(_ password: Secret<String>, of who: String) async throws {
        let person = try await required(who)
        let details = try vault.open(person)
        let owner = CheckPassword.Owner(
            signInName: person.signInName, phone: details.phone, identityNumber: details.identityNumber,
            isStaff: !person.roles.isEmpty)
        do throws(PasswordRefusal) {
            try check(password, of: owner)
        } catch {
            throw PersonFault(faults: [error.description])
        }
        let phc = try await passwords.hash(password)
        try await end(person.id, because: "password-changed", .passwordChanged(person.id, by: "system", surroundings)) {
            [surroundings] transaction, now in
            try PersonStore.set(phc: phc, of: person.id, at: now, in: transaction)
            try AccountNotice.passwordChanged.send(to: person.id, at: now, surroundings, in: transaction)
            return true
        }
    }

    /// - Throws: `PersonFault` for an unknown person, or one who is not active.
    package func lock(_ who: String, by actor: String = "system") async throws {
        let person = try await required(who)
        try await end(person.id, because: "locked", by: actor, .personLocked(person.id, by: actor, surroundings)) {
            [surroundings] transaction, now in
            guard try PersonStore.move(person.id, from: .active, to: .locked, at: now, in: transaction) else {
                return false
            }
            try AccountNotice.locked.send(to: person.id, at: now, surroundings, in: transaction)
            return true
        }
    }

    /// - Throws: `PersonFault` for an unknown person, or one who is not locked.
    package func unlock(_ who: String, by actor: String = "system") async throws {
        let person = try await required(who)
        let event = AuditEvent.personUnlocked(person.id, by: actor, surroundings)
        let now = surroundings.now()
        let done = try await database.transaction { [surroundings] transaction in
            guard try PersonStore.move(person.id, from: .locked, to: .active, at: now, in: transaction) else {
                return false
            }
            try AuditStore.append(event, in: transaction)
            try AccountNotice.unlocked.send(to: person.id, at: now, surroundings, in: transaction)
            return true
        }
        guard done else { throw PersonFault(faults: ["\(who) is not locked"]) }
    }

    /// Notes that a person has been verified better, or worse, than before. A higher level is stated from the next
    /// sign-in; a lower one ends whatever was opened with the old one.
    ///
    /// - Throws: `PersonFault` for an unknown person, one who is not active or who has this level.
    package func setAssurance(_ level: AssuranceLevel, of who: String, by actor: String = "system") async throws {
        let person = try await required(who)
        let old = person.assurance
        guard old != level else { throw PersonFault(faults: ["\(who) has level \(level.rawValue) already"]) }
        let event = AuditEvent.personAssured(person.id, from: old, to: level, by: actor, surroundings)
        guard level > old else {
            return try await end(person.id, because: "assurance-lowered", by: actor, event) { transaction, now in
                try PersonStore.assure(person.id, from: old, to: level, at: now, in: transaction)
            }
        }
        let now = surroundings.now()
        let done = try await database.transaction { transaction in
            guard try PersonStore.assure(person.id, from: old, to: level, at: now, in: transaction) else {
                return false
            }
            try AuditStore.append(event, in: transaction)
            return true
        }
        guard done else { throw PersonFault(faults: ["the person is not active"]) }
    }

    /// - Parameter change: false leaves everything as it is.
    private func end(
        _ person: String, because reason: String, by actor: String = "system", _ event: AuditEvent,
        _ change: @escaping @Sendable (any Transaction, Instant) throws -> Bool
    ) async throws {
        let now = surroundings.now()
        let ended = try await database.transaction { [sessions] transaction -> EndedSessions? in
            guard try change(transaction, now) else { return nil }
            try AuditStore.append(event, in: transaction)
            return try sessions.endEverywhere(
                of: person, by: actor, because: reason, at: now, in: transaction)
        }
        guard let ended else { throw PersonFault(faults: ["the person is not active"]) }
        await sessions.announce(ended)
    }

    private func required(_ who: String) async throws -> Person {
        guard let person = try await person(who) else {
            throw PersonFault(faults: ["nobody has the id, sign-in name or phone \"\(who)\""])
        }
        return person
    }

    private func person(_ who: String) async throws -> Person? {
        let name = SignInName(who)
        let phoneIndex = name?.kind == .phone ? name.map { vault.phoneIndex($0.text) } : nil
        return try await database.read { statements in
            if let person = try PersonStore.find(who, in: statements) { return person }
            if let phoneIndex { return try PersonStore.find(phoneIndex: phoneIndex, in: statements)?.person }
            guard let name else { return nil }
            return try PersonStore.find(signInName: name.text, in: statements)?.person
        }
    }

    private func entry(_ person: Person) throws -> Entry {
        let details = try vault.open(person)
        return Entry(
            id: person.id, maskedName: details.maskedName, maskedPhone: details.maskedPhone,
            signInName: person.signInName, assurance: person.assurance, roles: person.roles, hall: person.hall,
            state: person.state)
    }
}
