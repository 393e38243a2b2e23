import ArgumentParser

/// `yimen`: one binary for every task of an operator.
@main
struct Yimen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "yimen",
        abstract: "One door to a province's services: identity provider, booking and queue, gateway.",
        discussion: """
            Settings come from flags, then the environment (YIMEN_…), then a file (--config).
            `yimen configuration example` prints every key. Exit codes: 0 done, 1 could not be done, 64 wrong usage.
            """,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, SeedCommand.self, ClientCommand.self, UserCommand.self,
            DeviceCommand.self, AuditCommand.self, DoctorCommand.self, ConfigurationCommand.self,
            RehearsalTokensCommand.self,
        ])
}
