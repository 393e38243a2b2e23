import Booking
import Catalogue
import Core
import Foundation
import Identity

/// Loads the seed files of every room, in the order in which they need one another.
struct Seeding {
    let groundwork: Groundwork

    /// - Returns: a line for each part, for the operator.
    /// - Throws: `StartupFault` where the files do not lie; what each room says of its own files.
    func run(demo: Bool) async throws -> [String] {
        let directory = groundwork.settings.seedDirectory
        guard FileManager.default.isReadableFile(atPath: directory + "/departments.json") else {
            throw StartupFault(
                "There are no seed files in \(directory): departments.json cannot be read there. Name their directory by "
                    + "seed.directory or YIMEN_SEED_DIRECTORY.")
        }
        let changed = try await CatalogueSeeder(database: groundwork.database, surroundings: groundwork.surroundings)
            .seed(directory: directory)
        var lines = ["catalogue: \(changed) rows changed"]
        guard demo else { return lines }
        // First, so that a seeding which breaks off leaves no demo data without the mark.
        try await DemoMark(database: groundwork.database).set(at: groundwork.surroundings.now())
        try await IdentitySeeder(
            database: groundwork.database, crypto: groundwork.provider, passwords: groundwork.passwords,
            settings: groundwork.settings.identity, surroundings: groundwork.surroundings
        ).seed(from: directory)
        lines.append("identity: demo people and systems are on record")
        let catalogue = try await Catalogue(loading: groundwork.database)
        let rules = try await BookingSeeder(
            database: groundwork.database, surroundings: groundwork.surroundings, settings: groundwork.settings.booking
        ).seed(directory: directory, catalogue: catalogue.current)
        lines.append("booking: \(rules) rules in force")
        return lines
    }
}
