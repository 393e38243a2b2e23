import ArgumentParser

/// `yimen`: one binary for every task of an operator.
@main
struct Yimen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "yimen",
        abstract: "One door to a province's services: identity provider, booking and queue, gateway.",
        discussion: """
            Settings come from flags, then the environment (YIMEN_…), then a file (--config).
            `yimen configuration example` prints every key.

            Exit codes: 0 done; 1 refused, or something was found wrong; 64 wrong usage; 69 the database cannot be used; \
            75 too busy, try again; 77 a key file's permissions; 78 a wrong setting.
            """,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, SeedCommand.self, ClientCommand.self, UserCommand.self,
            ConsentCommand.self,
            DeviceCommand.self, KeysCommand.self, AuditCommand.self, OutboxCommand.self, DoctorCommand.self,
            ConfigurationCommand.self,
            RehearsalTokensCommand.self, RehearsalListenerCommand.self,
        ])
}
