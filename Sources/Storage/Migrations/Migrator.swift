package import Core

/// Brings a database to the schema of this program.
///
/// Each migration runs in its own transaction together with its row in `storage_migration`, so an
/// interrupted run goes on where it ended; two processes that migrate at once take turns and the
/// second finds nothing left to do.
package struct Migrator: Sendable {
    private let database: any Database
    private let clock: any WallClock

    package init(database: any Database, clock: any WallClock = SystemClock()) {
        self.database = database
        self.clock = clock
    }

    /// Applies what is missing: the tables of Storage first, then the domains in the given order.
    ///
    /// - Parameter dryRun: only tell what would be applied.
    /// - Returns: ids of the migrations applied, or to be applied.
    /// - Throws: `StorageError.migration` when an applied migration has another text in this
    ///   program or is unknown to it, or when one would have to be applied out of order.
    @discardableResult
    package func migrate(_ domains: [[Migration]], dryRun: Bool = false) async throws -> [String] {
        let plan = try MigrationPlan(domains: [StorageMigrations.all] + domains)
        let pending = try await database.schemaChange { transaction in
            try plan.pending(after: try AppliedMigration.all(transaction))
        }
        if dryRun { return pending.map(\.id) }
        var applied = [String]()
        for migration in pending where try await apply(migration, of: plan) { applied.append(migration.id) }
        return applied
    }

    /// What an empty database would get: ids in the order in which they are applied.
    ///
    /// - Throws: `StorageError.migration` for a list that cannot be applied.
    package static func everything(_ domains: [[Migration]]) throws -> [String] {
        try MigrationPlan(domains: [StorageMigrations.all] + domains).pending(after: []).map(\.id)
    }

    /// Whether everything this program needs is there, asked as cheaply as a probe every second may ask. A database that
    /// is newer is good too: while servers are replaced one by one, the old ones go on.
    ///
    /// - Throws: `StorageError` when the table of migrations cannot be read.
    package func isApplied(_ domains: [[Migration]]) async throws -> Bool {
        let applied = try await database.read { statements in
            Set(try statements.query("SELECT id FROM storage_migration ORDER BY id").map { try $0.text("id") })
        }
        return ([StorageMigrations.all] + domains).allSatisfy { $0.allSatisfy { applied.contains($0.id) } }
    }

    @discardableResult
    package func migrate(_ domains: [Migration]..., dryRun: Bool = false) async throws -> [String] {
        try await migrate(domains, dryRun: dryRun)
    }

    /// - Returns: `false` when another process has applied it meanwhile.
    private func apply(_ migration: Migration, of plan: MigrationPlan) async throws -> Bool {
        let now = clock.now()
        return try await database.schemaChange { transaction in
            try AppliedMigration.createTable(transaction)
            let pending = try plan.pending(after: try AppliedMigration.all(transaction))
            guard pending.contains(where: { $0.id == migration.id }) else { return false }
            for statement in migration.statements { try transaction.execute(statement) }
            try transaction.execute(
                "INSERT INTO storage_migration (id, hash, applied_at_ms) VALUES ($1, $2, $3)",
                migration.id, migration.hash, now)
            return true
        }
    }
}

/// A row of `storage_migration`.
struct AppliedMigration: Sendable {
    let id: String
    let hash: String

    static func createTable(_ transaction: any SchemaTransaction) throws {
        guard try !transaction.tableExists("storage_migration") else { return }
        try transaction.execute(
            "CREATE TABLE storage_migration (id TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)")
    }

    static func all(_ transaction: any SchemaTransaction) throws -> [AppliedMigration] {
        guard try transaction.tableExists("storage_migration") else { return [] }
        return try transaction.query("SELECT id, hash FROM storage_migration ORDER BY id").map { row in
            AppliedMigration(id: try row.text("id"), hash: try row.text("hash"))
        }
    }
}

extension Migration {
    /// The domain is what stands before the first slash of the id.
    var domain: Substring { id.prefix { $0 != "/" } }

    /// A hash of the statements in hexadecimal digits, which finds an edit.
    var hash: String { FNV1a.hash(statements.map(\.text).joined(separator: "\u{0}").utf8) }
}
