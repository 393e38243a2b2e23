package import Core
package import Cryptography
package import Logging
import ServiceLifecycle
package import Storage

/// Makes, publishes and replaces signing keys. Any number of processes may run it: partial unique
/// indexes and conditional updates let one of them do each step.
///
/// A key's life: *next* – published, so that every relying party has seen it before it signs – then
/// *active*, then *retiring* – published until the last token it signed is dead – then gone
/// (identity rule 27).
package struct KeyRotation: Service {
    private let database: any Database
    private let crypto: any CryptoProvider
    private let keys: SigningKeys
    private let settings: IdentitySettings
    private let surroundings: Surroundings
    private let logger: Logger

    package init(
        database: any Database, crypto: any CryptoProvider, keys: SigningKeys, settings: IdentitySettings,
        surroundings: Surroundings, logger: Logger
    ) {
        self.database = database
        self.crypto = crypto
        self.keys = keys
        self.settings = settings
        self.surroundings = surroundings
        self.logger = logger
    }

    package func run() async throws {
        try await Watch.run(database, channel: SigningKeyStore.channel, every: .seconds(60)) {
            do {
                try await advance()
            } catch {
                // Being told to stop is no failure.
                guard !Task.isCancelled else { return }
                logger.error("Signing keys could not be looked after", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Takes every step that is due, then reads the keys into memory. Called before the first request.
    package func advance() async throws {
        let records = try await database.read { try SigningKeyStore.all(in: $0) }
        for algorithm in Client.IDTokenAlgorithm.allCases {
            let own = records.filter { $0.algorithm == algorithm.rawValue }
            try await advance(algorithm, own)
        }
        let horizon = surroundings.now() - settings.keyRetirement
        if records.contains(where: { $0.state == .retiring }) {
            _ = try await database.transaction { try SigningKeyStore.removeRetired(before: horizon, in: $0) }
        }
        try await keys.refresh()
    }

    private func advance(_ algorithm: Client.IDTokenAlgorithm, _ records: [SigningKeyStore.Record]) async throws {
        let now = surroundings.now()
        let active = records.first { $0.state == .active }
        let next = records.first { $0.state == .next }
        guard let active else {
            // The very first key: nobody has fetched the key set yet, so it may sign at once.
            try await add(algorithm, as: .active, at: now)
            return
        }
        guard let next else {
            let age = now - (active.activatedAt ?? active.createdAt)
            if age >= settings.keyLife - settings.keyLead { try await add(algorithm, as: .next, at: now) }
            return
        }
        // Whether age or an operator called for it: a published key signs once everybody can have seen it.
        guard now - next.createdAt >= settings.keyLead else { return }
        let done = try await database.transaction {
            try SigningKeyStore.promote(next.kid, over: active.kid, at: now, in: $0)
        }
        if done {
            logger.notice(
                "Signing key replaced", metadata: ["kid": "\(next.kid)", "algorithm": "\(algorithm.rawValue)"])
        }
    }

    /// A signing key as an operator sees it.
    package struct Listing: Sendable, Hashable {
        package let algorithm: String
        package let kid: String
        /// `next`, `active` or `retiring`.
        package let state: String
        /// When it signs or began to sign.
        package let signsFrom: Instant
    }

    package func list() async throws -> [Listing] {
        try await database.read { try SigningKeyStore.all(in: $0) }.map { record in
            Listing(
                algorithm: record.algorithm, kid: record.kid, state: record.state.rawValue,
                signsFrom: record.activatedAt ?? record.createdAt + settings.keyLead)
        }
    }

    /// Publishes the next key of each algorithm now, whatever the age of the active one; it signs after the usual
    /// lead. A key that waits already stays the next one.
    package func publishNext() async throws -> [Listing] {
        for algorithm in Client.IDTokenAlgorithm.allCases {
            try await add(algorithm, as: .next, at: surroundings.now())
        }
        return try await list().filter { $0.state == SigningKeyStore.Record.State.next.rawValue }
    }

    private func add(_ algorithm: Client.IDTokenAlgorithm, as state: SigningKeyStore.Record.State, at now: Instant)
        async throws
    {
        let key = try SigningKey.generate(algorithm == .es256 ? .es256 : .rs256)
        let sealed = try crypto.seal(key.pem.reveal(), context: SigningKeys.context(key.id))
        let record = SigningKeyStore.Record(
            kid: key.id, algorithm: algorithm.rawValue, sealedPrivate: sealed, state: state, createdAt: now,
            activatedAt: state == .active ? now : nil)
        if try await database.transaction({ try SigningKeyStore.add(record, in: $0) }) {
            logger.notice(
                "Signing key made", metadata: ["kid": "\(key.id)", "algorithm": "\(algorithm.rawValue)"])
        }
    }
}
