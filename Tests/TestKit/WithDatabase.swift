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
        throw StorageError.unavailable("no PostgreSQL yet")
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

/// Runs `body` with the path of an empty directory that is removed afterwards.
package func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = NSTemporaryDirectory() + "/yimen-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}
