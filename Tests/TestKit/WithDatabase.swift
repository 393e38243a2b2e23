import Core
import Foundation
import Logging
package import Storage

/// Runs `body` with a fresh, migrated database of its own, and removes it afterwards.
package func withDatabase<Value>(
    _ backend: Backend, _ migrations: [Migration]..., body: (any Database) async throws -> Value
) async throws -> Value {
    switch backend {
    case .sqlite:
        return try await withTemporaryDirectory { directory in
            var settings = SQLiteSettings(path: directory + "/test.sqlite")
            settings.readers = 2
            let database = try SQLiteDatabase(settings, logger: Logger(label: "test.storage"))
            return try await migrated(database, migrations, body)
        }
    case .postgres:
        return try await withSchema { settings in
            let database = try PostgresDatabase(settings, logger: Logger(label: "test.storage"))
            return try await migrated(database, migrations, body)
        }
    }
}

private func migrated<Value>(
    _ database: any Database, _ migrations: [[Migration]], _ body: (any Database) async throws -> Value
) async throws -> Value {
    do {
        try await Migrator(database: database).migrate(migrations)
        let value = try await body(database)
        await database.close()
        return value
    } catch {
        await database.close()
        throw error
    }
}

/// Runs `body` with the settings of a schema of its own in the test server, and drops it afterwards.
package func withSchema<Value>(_ body: (PostgresSettings) async throws -> Value) async throws -> Value {
    var settings = PostgresSettings(url: Backend.postgresURL ?? "")
    settings.connections = 1
    let logger = Logger(label: "test.storage")
    let name = "test_" + UUID().uuidString.filter(\.isHexDigit).lowercased().prefix(16)
    try await once(settings, "CREATE SCHEMA \(name)", logger)
    var own = settings
    own.schema = name
    own.connections = 4
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(own))
    } catch {
        result = .failure(error)
    }
    try await once(settings, "DROP SCHEMA \(name) CASCADE", logger)
    return try result.get()
}

private func once(_ settings: PostgresSettings, _ statement: String, _ logger: Logger) async throws {
    let database = try PostgresDatabase(settings, logger: logger)
    do {
        _ = try await database.transaction { try $0.execute(SQL(statement)) }
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}

/// Runs `body` with the path of an empty directory that is removed afterwards.
package func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = NSTemporaryDirectory() + "/yimen-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
