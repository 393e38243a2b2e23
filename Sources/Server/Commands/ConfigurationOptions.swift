import ArgumentParser

/// The flags that every command takes; each stands for a configuration key.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Configuration file (YAML).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where the SQLite file and the keys are kept.", valueName: "path"))
    var dataDirectory: String?

    @Option(help: ArgumentHelp("PostgreSQL, as postgres://user:password@host/database.", valueName: "url"))
    var databaseURL: String?

    @Flag(help: "Allow demo data and demo identity numbers.")
    var demo = false

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Any key of the configuration, for example log.level=debug. May be repeated.", valueName: "key=value"))
    var settings: [String] = []

    func validate() throws {
        for setting in settings where !setting.dropFirst().contains("=") {
            throw ValidationError("--set takes key=value, not \"\(setting)\".")
        }
    }

    /// - Parameter extra: values of a command's own flags, by key.
    /// - Throws: `ConfigurationFaults`.
    func load(adding extra: [String: String?] = [:]) async throws -> ResolvedConfiguration {
        var flags = [String: String]()
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            flags[String(parts[0])] = String(parts[1])
        }
        if let dataDirectory { flags["data.directory"] = dataDirectory }
        if let databaseURL { flags["database.url"] = databaseURL }
        if demo { flags["demo"] = "true" }
        for (key, value) in extra { if let value { flags[key] = value } }
        return try await ConfigurationLoader(flags: flags, file: config).load()
    }
}
