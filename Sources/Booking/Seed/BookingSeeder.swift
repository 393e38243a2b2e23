package import Catalogue
package import Core
import Foundation
package import Storage

/// Makes the rules of the demo from `rules.json` and the catalogue's opening hours, and plans the first horizon.
package struct BookingSeeder: Sendable {
    private let database: any Database
    private let surroundings: Surroundings
    private let settings: BookingSettings

    package init(
        database: any Database, surroundings: Surroundings = Surroundings(),
        settings: BookingSettings = BookingSettings()
    ) {
        self.database = database
        self.surroundings = surroundings
        self.settings = settings
    }

    /// Can be repeated: rules that have not changed keep their version, and their cells.
    ///
    /// - Parameters:
    ///   - directory: holds `rules.json`.
    ///   - catalogue: the seeded catalogue.
    /// - Returns: the number of rules in force.
    /// - Throws: `RuleSeedFault` naming the member at fault; `StorageError`.
    @discardableResult
    package func seed(directory: String, catalogue: CatalogueSnapshot) async throws -> Int {
        let path = directory + "/rules.json"
        let rules: [Rule]
        do {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw RuleSeedFault(member: "", reason: "cannot be read")
            }
            rules = try RuleSeed(data).rules(for: catalogue)
        } catch var fault as RuleSeedFault {
            fault.file = path
            throw fault
        }
        return try await apply(rules, catalogue: catalogue)
    }

    private func apply(_ wanted: [Rule], catalogue: CatalogueSnapshot) async throws -> Int {
        let now = surroundings.now()
        let surroundings = surroundings
        try await database.transaction { tx in
            try RuleStore.replace(by: wanted, at: now, newID: { surroundings.newID() }, in: tx)
        }
        let planner = CellPlanner(
            database: BookingDatabase(database: database), catalogue: Catalogue(catalogue), settings: settings)
        try await planner.plan(at: now)
        return wanted.count
    }
}

/// What is wrong in `rules.json`, told so that a person finds and mends it.
package struct RuleSeedFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// A JSON Pointer; empty for the whole file.
    package let member: String
    package let reason: String
    package var file = "rules.json"

    package var description: String { member.isEmpty ? "\(file): \(reason)" : "\(file): \(member): \(reason)" }
}
