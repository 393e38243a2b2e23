import ArgumentParser
import Foundation
import Logging
import Storage

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database to this version's schema; safe to repeat and to interrupt.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Only lists what would be applied.")
    var dryRun = false

    func run() async throws {
        try await reporting {
            if dryRun {
                let settings = try ServerSettings(try await options.load())
                return Self.report(try await Self.pending(settings), "would apply ")
            }
            try await Groundwork.with(options, schema: .asFound) { foundation in
                Self.report(try await foundation.migrator.migrate(Schema.all), "applied ")
            }
        }
    }

    /// What would be applied. Looking brings neither a directory nor keys nor a database about.
    static func pending(_ settings: ServerSettings) async throws -> [String] {
        let file = settings.dataDirectory + "/yimen.sqlite"
        guard settings.databaseURL != nil || FileManager.default.fileExists(atPath: file) else {
            return try Migrator.everything(Schema.all)
        }
        let logger = Logger(label: "yimen", factory: { _ in SwiftLogNoOpLogHandler() })
        let database = try Databases.open(
            url: settings.databaseURL, dataDirectory: settings.dataDirectory,
            connections: settings.databaseConnections, logger: logger)
        do {
            let ids = try await Migrator(database: database).migrate(Schema.all, dryRun: true)
            await database.close()
            return ids
        } catch {
            await database.close()
            throw error
        }
    }

    private static func report(_ ids: [String], _ word: String) {
        for id in ids { print(word + id) }
        if ids.isEmpty { print("nothing to apply") }
    }
}
