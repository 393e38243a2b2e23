import Logging
package import Storage

/// Runs `body` with one fresh, migrated database that is opened twice, as by two processes: each has its own connections
/// and its own queue of writes.
package func withDatabases<Value>(
    _ backend: Backend, _ migrations: [Migration]..., body: (any Database, any Database) async throws -> Value
) async throws -> Value {
    let logger = Logger(label: "test.storage")
    switch backend {
    case .sqlite:
        return try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/test.sqlite")
            settings.readers = 2
            return try await both(
                try SQLiteDatabase(settings, logger: logger), { try SQLiteDatabase(settings, logger: logger) },
                migrations, body)
        }
    case .postgres:
        return try await withSchema { settings in
            try await both(
                try PostgresDatabase(settings, logger: logger), { try PostgresDatabase(settings, logger: logger) },
                migrations, body)
        }
    }
}

private func both<Value>(
    _ one: any Database, _ open: () throws -> any Database, _ migrations: [[Migration]],
    _ body: (any Database, any Database) async throws -> Value
) async throws -> Value {
    let result: Result<Value, any Error>
    do {
        try await Migrator(database: one).migrate(migrations)
        let other = try open()
        do {
            result = .success(try await body(one, other))
        } catch {
            result = .failure(error)
        }
        await other.close()
    } catch {
        result = .failure(error)
    }
    await one.close()
    return try result.get()
}
