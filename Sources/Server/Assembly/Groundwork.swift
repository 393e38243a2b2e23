import Catalogue
import Core
import Cryptography
import Identity
import Logging
import Storage
import Web

/// What every command stands on: settings, keys and an open database.
struct Groundwork: Sendable {
    /// What a command needs of the schema.
    enum SchemaNeed {
        /// Every migration of this version must have been applied.
        case current
        /// The command itself brings the schema about.
        case asFound
    }

    let settings: ServerSettings
    let logger: Logger
    let surroundings: Surroundings
    let keys: LiveKeyRing
    let provider: StandardProvider
    let database: any Database
    let passwords: PasswordHashing

    var migrator: Migrator { Migrator(database: database, clock: surroundings.clock) }
    var clients: ClientRegistry {
        ClientRegistry(database: database, crypto: provider, demo: settings.demo, surroundings: surroundings)
    }

    var signingKeyRotation: KeyRotation {
        KeyRotation(
            database: database, crypto: provider, keys: SigningKeys(database: database, crypto: provider),
            settings: settings.identity, surroundings: surroundings, logger: logger)
    }

    private init(
        _ settings: ServerSettings, logger: Logger, surroundings: Surroundings, ring: KeyRing, database: any Database
    ) {
        self.settings = settings
        self.logger = logger
        self.surroundings = surroundings
        self.database = database
        keys = LiveKeyRing(ring, directory: settings.keyDirectory)
        provider = StandardProvider(keys: keys)
        passwords = PasswordHashing(
            settings: PasswordHashing.Settings(queueLimit: settings.passwordQueue), random: surroundings.random)
    }

    /// Opens the database, and the keys that belong to it.
    ///
    /// - Parameter recorder: gets a span for every read and transaction.
    /// - Throws: `KeyRingFault`, `StorageError`, `StartupFault`.
    static func open(
        _ settings: ServerSettings, schema need: SchemaNeed, logger: Logger,
        surroundings: Surroundings = Surroundings(), recorder: SpanRecorder? = nil
    ) async throws -> Groundwork {
        try DataDirectory(path: settings.dataDirectory).prepare()
        let driver = try Databases.open(
            url: settings.databaseURL, dataDirectory: settings.dataDirectory,
            connections: settings.databaseConnections, logger: logger)
        let database: any Database = recorder.map { TracedDatabase(driver, tracer: $0) } ?? driver
        do {
            let missing = try await Migrator(database: database, clock: surroundings.clock)
                .migrate(Schema.all, dryRun: true)
            if case .current = need { try requireCurrent(missing) }
            let isNew = missing == (try Migrator.everything(Schema.all))
            let ring = try keyRing(settings.keyDirectory, ofNewDatabase: isNew, random: surroundings.random)
            let groundwork = Groundwork(
                settings, logger: logger, surroundings: surroundings, ring: ring, database: database)
            if case .current = need { try await groundwork.requireMatchingKeys() }
            return groundwork
        } catch {
            await database.close()
            throw error
        }
    }

    /// Keys are made together with the schema of an empty database and never again: where they are missing later they
    /// were lost, or stayed on another machine, and new ones would seal people whom the old ones cannot open.
    private static func keyRing(
        _ directory: String, ofNewDatabase isNew: Bool, random: some RandomSource
    ) throws -> KeyRing {
        if isNew { return try KeyRing.loadOrCreate(directory: directory, random: random) }
        guard try !KeyRing.isMissing(directory: directory) else {
            throw StartupFault(
                "There are no keys in \(directory), and the database is not empty: what it holds opens with the keys it was "
                    + "filled with only. Restore them from a backup, copy them from another machine that serves this "
                    + "database, or set data.directory.")
        }
        return try KeyRing.load(directory: directory)
    }

    /// - Throws: `StartupFault` when the catalogue has no such hall.
    func requireHall(_ id: String) async throws {
        let known = try await Catalogue(loading: database).current.halls.map(\.id)
        guard known.contains(id) else {
            throw StartupFault("There is no hall \"\(id)\"; known: \(known.sorted().joined(separator: ", ")).")
        }
    }

    /// - Throws: `StartupFault` when the catalogue has no such department.
    func requireDepartment(_ id: String?) async throws {
        guard let id else { return }
        let known = try await Catalogue(loading: database).current.departments.map(\.id)
        guard known.contains(id) else {
            throw StartupFault("There is no department \"\(id)\"; known: \(known.sorted().joined(separator: ", ")).")
        }
    }

    private static func requireCurrent(_ missing: [String]) throws {
        guard missing.isEmpty else {
            throw StartupFault(
                "The database lacks \(missing.count) migrations, first \(missing[0]); run `yimen migrate` with the same settings."
            )
        }
    }

    /// For a server that runs: no lock, no transaction that writes.
    func requireAppliedSchema() async throws {
        guard try await migrator.isApplied(Schema.all) else { throw StartupFault("the database lacks migrations") }
    }

    /// - Throws: `StartupFault` when the database holds values that none of the keys here opens.
    func requireMatchingKeys() async throws {
        try await SealedValues(database: database, provider: provider).requireOpenable(keys: settings.keyDirectory)
    }

    /// Runs a command's work on what its options describe and closes everything afterwards.
    static func with(
        _ options: ConfigurationOptions, schema: SchemaNeed = .current, _ work: (Groundwork) async throws -> Void
    ) async throws {
        let settings = try ServerSettings(try await options.load())
        var logger = Logger(label: "yimen", factory: { _ in SwiftLogNoOpLogHandler() })
        logger.logLevel = settings.logLevel
        let groundwork = try await Groundwork.open(settings, schema: schema, logger: logger)
        do {
            try await work(groundwork)
        } catch {
            await groundwork.database.close()
            throw error
        }
        await groundwork.database.close()
    }
}
