import ArgumentParser

/// `yimen`: one binary for every task of an operator.
@main
struct Yimen: AsyncParsableCommand {
    /// The version of the product; that of its API stands in the API's paths.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "yimen",
        abstract: "One door to a province's services: identity provider, booking and queue, gateway.",
        discussion: """
            Settings come from flags, then the environment (YIMEN_…), then a file (--config).
            `yimen configuration example` prints every key.

            Exit codes: 0 done; 1 refused, or something was found wrong; 64 wrong usage; 69 the database cannot be used; \
            75 too busy, try again; 77 a key file that cannot be read, or that others can read; \
            78 a wrong setting.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, SeedCommand.self, ClientCommand.self, UserCommand.self,
            ConsentCommand.self,
            DeviceCommand.self, KeysCommand.self, AuditCommand.self, OutboxCommand.self, DoctorCommand.self,
            ConfigurationCommand.self,
            RehearsalTokensCommand.self, RehearsalListenerCommand.self,
        ])
}
