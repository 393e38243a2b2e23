import Core
import Storage

/// What an administrator does to a person's account: everything through `SessionEnding`, so that every system is told.
struct PersonAdministration: Sendable {
    let database: any Database
    let vault: PersonVault
    let ending: SessionEnding
    let people: PeopleAdministration
    let surroundings: Surroundings

    func person(_ id: String) async throws -> Person? {
        try await database.read { try PersonStore.find(id, in: $0) }
    }

    func person(signInName typed: String) async throws -> Person? {
        guard let name = SignInName(typed) else { return nil }
        let vault = vault
        return try await database.read { statements in
            switch name.kind {
            case .phone: try PersonStore.find(phoneIndex: vault.phoneIndex(name.text), in: statements)?.person
            case .name: try PersonStore.find(signInName: name.text, in: statements)?.person
            }
        }
    }

    func maskedName(of person: Person) throws -> String { try vault.open(person).maskedName }

    /// Live sessions with the systems visited under each.
    func sessions(of person: String) async throws -> [(SSOSession, [RelyingSession])] {
        let now = surroundings.now()
        return try await database.read { statements in
            try SSOSessionStore.list(person: person, at: now, in: statements).map {
                ($0, try RelyingSessionStore.list(under: $0.id, in: statements))
            }
        }
    }

    /// - Returns: false when there is no such session any more.
    func end(session: String, by actor: String) async throws -> Bool {
        let now = surroundings.now()
        let ended = try await database.transaction { [ending] transaction -> EndedSessions? in
            guard try SSOSessionStore.isOpen(session, in: transaction) else { return nil }
            return try ending.end(session, by: actor, because: "administrator", at: now, in: transaction)
        }
        guard let ended else { return false }
        await ending.announce(ended)
        return true
    }

    /// - Returns: false when there is no such person.
    func endAll(_ person: String, by actor: String) async throws -> Bool {
        let now = surroundings.now()
        let ended = try await database.transaction { [ending] transaction -> EndedSessions? in
            guard try PersonStore.find(person, in: transaction) != nil else { return nil }
            return try ending.endEverywhere(of: person, by: actor, at: now, in: transaction)
        }
        guard let ended else { return false }
        await ending.announce(ended)
        return true
    }

    /// Locks an account and ends everything under it, or lets its person sign in again.
    ///
    /// - Returns: false when there is no such person, or one that has left.
    func setLocked(_ isLocked: Bool, _ id: String, by actor: String) async throws -> Bool {
        guard let person = try await person(id), person.state != .closed else { return false }
        guard (person.state == .locked) != isLocked else { return true }
        do {
            if isLocked { try await people.lock(id, by: actor) } else { try await people.unlock(id, by: actor) }
        } catch is PersonFault {
            // Somebody else was faster; what there is now is what was asked for, or will be read so.
        }
        return true
    }
}
