package import Core
package import Cryptography
package import Storage

/// Puts people on record and finds them by identity number.
package struct PeopleRegistry: Sendable {
    private let database: any Database
    private let vault: PersonVault
    private let passwords: PasswordHashing
    private let settings: IdentitySettings
    private let surroundings: Surroundings

    package init(
        database: any Database, crypto: any CryptoProvider, passwords: PasswordHashing, settings: IdentitySettings,
        surroundings: Surroundings
    ) {
        self.database = database
        vault = PersonVault(crypto: crypto)
        self.passwords = passwords
        self.settings = settings
        self.surroundings = surroundings
    }

    /// - Returns: the new person's `sub`.
    /// - Throws: `PersonFault` when a value is not acceptable or taken; `Problem.busy`; `StorageError`.
    package func add(_ person: NewPerson) async throws -> String {
        let person = try CheckNewPerson(demo: settings.demo)(person)
        let row = try insertion(of: person, phc: try await passwords.hash(person.password))
        let event = AuditEvent.personAdded(row.id, surroundings)
        let now = surroundings.now()
        let added = try await database.transaction { transaction in
            guard try PersonStore.add(row, at: now, in: transaction) else { return false }
            try AuditStore.append(event, in: transaction)
            return true
        }
        guard added else {
            throw PersonFault(faults: ["the phone, identity number or sign-in name is on record already"])
        }
        return row.id
    }

    /// The `sub` of the active person with this identity number; `nil` when nobody has it.
    package func subject(identityNumber: String) async throws -> String? {
        guard let document = try? IdentityDocument(recognising: identityNumber, demo: settings.demo) else { return nil }
        let index = vault.identityNumberIndex(document.canonical)
        return try await database.read { try PersonStore.find(identityNumberIndex: index, in: $0)?.id }
    }

    /// The masked name for a person's own pages.
    package func displayName(of subject: String) async throws -> String? {
        guard let person = try await database.read({ try PersonStore.find(subject, in: $0) }) else { return nil }
        return try vault.open(person).maskedName
    }

    /// The phone to which a person's messages go.
    package func phone(of subject: String) async throws -> String? {
        guard let person = try await database.read({ try PersonStore.find(subject, in: $0) }) else { return nil }
        return try vault.open(person).phone
    }

    func insertion(of person: NewPerson, phc: String) throws -> PersonStore.Insertion {
        let id = person.id ?? surroundings.newID()
        return try PersonStore.Insertion(
            id: id,
            sealed: Person.SealedDetails(
                name: vault.seal(person.name, column: "name", person: id),
                identityNumber: person.identityNumber.map {
                    try vault.seal($0, column: "identity_number", person: id)
                },
                phone: person.phone.map { try vault.seal($0, column: "phone", person: id) }),
            identityNumberIndex: person.identityNumber.map(vault.identityNumberIndex),
            phoneIndex: person.phone.map(vault.phoneIndex), signInName: person.signInName,
            assurance: person.assurance, roles: person.roles, hall: person.hall, phc: phc)
    }
}

/// Everything that is wrong with a new person, in words an operator can act on.
package struct PersonFault: Error, Sendable, CustomStringConvertible {
    package let faults: [String]
    package var description: String { faults.joined(separator: "\n") }
}
