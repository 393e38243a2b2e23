import ArgumentParser
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
            try await Groundwork.with(options, schema: .asFound) { foundation in
                let applied = try await foundation.migrator.migrate(Schema.all, dryRun: dryRun)
                for id in applied { print((dryRun ? "would apply " : "applied ") + id) }
                if applied.isEmpty { print("nothing to apply") }
            }
        }
    }
}
