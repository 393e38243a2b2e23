/// All migrations of the program in the order in which they are applied.
struct MigrationPlan: Sendable {
    private let migrations: [Migration]

    /// - Throws: `StorageError.migration` when an id occurs twice or a domain's list is not sorted.
    init(domains: [[Migration]]) throws {
        migrations = domains.flatMap { $0 }
        var known = Set<String>()
        for migration in migrations where !known.insert(migration.id).inserted {
            throw StorageError.migration("\(migration.id) occurs twice in this program")
        }
        for (first, second) in domains.flatMap({ zip($0, $0.dropFirst()) }) where first.id > second.id {
            throw StorageError.migration("\(second.id) stands after \(first.id) in this program: sort by id")
        }
    }

    /// - Throws: `StorageError.migration` saying which migration is at fault.
    func pending(after applied: [AppliedMigration]) throws -> [Migration] {
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.id, $0) })
        let unknown = applied.map(\.id).filter { known[$0] == nil }
        guard unknown.isEmpty else {
            throw StorageError.migration(
                "the database is newer than this program; it has \(unknown.joined(separator: ", ")): run a newer version"
            )
        }
        for row in applied where known[row.id]?.hash != row.hash {
            throw StorageError.migration(
                "\(row.id) was applied with another text than this program has: changes need a new migration")
        }
        let done = Set(applied.map(\.id))
        let pending = migrations.filter { !done.contains($0.id) }
        for migration in pending {
            if let later = applied.first(where: { known[$0.id]?.domain == migration.domain && $0.id > migration.id }) {
                throw StorageError.migration("\(migration.id) would come after \(later.id), which is already applied")
            }
        }
        return pending
    }
}
