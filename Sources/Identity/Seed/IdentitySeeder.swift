package import Core
package import Cryptography
import Foundation
package import Storage

/// Puts the demo's people and clients on record; running it again changes nothing that is there.
package struct IdentitySeeder: Sendable {
    private let database: any Database
    private let people: PeopleRegistry
    private let clients: ClientRegistry
    private let passwords: PasswordHashing
    private let settings: IdentitySettings
    private let surroundings: Surroundings

    package init(
        database: any Database, crypto: any CryptoProvider, passwords: PasswordHashing, settings: IdentitySettings,
        surroundings: Surroundings
    ) {
        self.database = database
        people = PeopleRegistry(
            database: database, crypto: crypto, passwords: passwords, settings: settings, surroundings: surroundings)
        clients = ClientRegistry(
            database: database, crypto: crypto, demo: settings.demo, surroundings: surroundings)
        self.passwords = passwords
        self.settings = settings
        self.surroundings = surroundings
    }

    /// - Parameter directory: holds `people.json` and `clients.json`.
    /// - Throws: `SeedFault` outside the demo or for a file that cannot be used.
    package func seed(from directory: String) async throws {
        guard settings.demo else { throw SeedFault("demo data may be seeded in the demo only") }
        let people: PeopleSeed = try read("people.json", in: directory)
        let clients: ClientSeed = try read("clients.json", in: directory)
        try await self.clients.ensure(clients.registrations(issuer: settings.issuer))
        try await add(people, from: directory + "/people.json")
    }

    /// The password is the same for all, so it is hashed once for the whole demo: what a hash with a salt
    /// of its own protects, a password printed on the sign-in page does not have.
    private func add(_ seed: PeopleSeed, from path: String) async throws {
        let check = CheckNewPerson(demo: settings.demo)
        let wanted = try seed.newPeople().enumerated().map { index, person in
            do {
                return try check(person)
            } catch {
                throw SeedFault("\(path): /people/\(index): \(error)")
            }
        }
        let ids = wanted.compactMap(\.id)
        let present = try await database.read { statements in
            try Set(ids.filter { try PersonStore.find($0, in: statements) != nil })
        }
        let missing = wanted.filter { !present.contains($0.id ?? "") }
        guard !missing.isEmpty else { return }
        let phc = try await passwords.hash(Secret(seed.password))
        let rows = try missing.map { try people.insertion(of: $0, phc: phc) }
        let now = surroundings.now()
        let taken = try await database.transaction { transaction in
            try rows.filter { try !PersonStore.add($0, at: now, in: transaction) }.map(\.id)
        }
        guard taken.isEmpty else { throw SeedFault("\(path): \(taken.joined(separator: ", ")) clash with others") }
    }

    private func read<Value: Decodable>(_ name: String, in directory: String) throws -> Value {
        let path = directory + "/" + name
        guard let data = FileManager.default.contents(atPath: path) else { throw SeedFault("\(path) cannot be read") }
        do {
            // Tells where a text stops being JSON, which the decoder does not.
            _ = try JSONParser.parse([UInt8](data))
            return try JSONDecoder().decode(Value.self, from: data)
        } catch let fault as JSONFault {
            throw SeedFault("\(path): \(fault.pointer.isEmpty ? "" : fault.pointer + ": ")\(fault)")
        } catch let error as DecodingError {
            throw SeedFault("\(path): \(SeedMistake(error))")
        }
    }
}

/// A seed file that cannot be used, with the file and what is wrong in it.
package struct SeedFault: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
