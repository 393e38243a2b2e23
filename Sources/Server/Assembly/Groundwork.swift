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
        ClientRegistry(database: database, crypto: provider, surroundings: surroundings)
    }

    var signingKeyRotation: KeyRotation {
        KeyRotation(
            database: database, crypto: provider, keys: SigningKeys(database: database, crypto: provider),
            settings: settings.identity, surroundings: surroundings, logger: logger)
    }

    /// Opens keys and database.
    ///
    /// - Parameter recorder: gets a span for every read and transaction.
    /// - Throws: `KeyRingFault`, `StorageError`, `StartupFault`.
    init(
        _ settings: ServerSettings, logger: Logger, surroundings: Surroundings = Surroundings(),
        recorder: SpanRecorder? = nil
    ) throws {
        self.settings = settings
        self.logger = logger
        self.surroundings = surroundings
        try DataDirectory(path: settings.dataDirectory).prepare()
        let ring = try KeyRing.loadOrCreate(directory: settings.keyDirectory, random: surroundings.random)
        keys = LiveKeyRing(ring, directory: settings.keyDirectory)
        provider = StandardProvider(keys: keys)
        passwords = PasswordHashing(
            settings: PasswordHashing.Settings(queueLimit: settings.passwordQueue), random: surroundings.random)
        let driver = try Databases.open(
            url: settings.databaseURL, dataDirectory: settings.dataDirectory,
            connections: settings.databaseConnections, logger: logger)
        database = recorder.map { TracedDatabase(driver, tracer: $0) } ?? driver
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

    /// - Throws: `StartupFault` when migrations are missing.
    func requireCurrentSchema() async throws {
        let missing = try await migrator.migrate(Schema.all, dryRun: true)
        guard missing.isEmpty else {
            throw StartupFault(
                "The database lacks \(missing.count) migrations, first \(missing[0]); run `yimen migrate` with the same settings."
            )
        }
    }

    /// As `requireCurrentSchema`, for a server that runs: no lock, no transaction that writes.
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
        let groundwork = try Groundwork(settings, logger: logger)
        do {
            if case .current = schema { try await groundwork.requireCurrentSchema() }
            try await work(groundwork)
        } catch {
            await groundwork.database.close()
            throw error
        }
        await groundwork.database.close()
    }
}
