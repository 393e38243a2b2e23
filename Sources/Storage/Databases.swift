import Foundation
package import Logging
import ServiceLifecycle

/// Opens the database that the configuration names.
package enum Databases {
    /// - Parameters:
    ///   - url: `postgres://user@host/name`, or `nil` for SQLite.
    ///   - connections: size of the pool on PostgreSQL; the default suits a server of its own.
    ///   - dataDirectory: where SQLite keeps `yimen.sqlite`; created when absent.
    /// - Throws: `StorageError.unavailable` with what a person can do about it.
    package static func open(
        url: String?, dataDirectory: String, connections: Int? = nil, logger: Logger
    ) throws -> any Database {
        guard let url, !url.isEmpty else {
            try createDirectory(dataDirectory)
            return try SQLiteDatabase(SQLiteSettings(path: dataDirectory + "/yimen.sqlite"), logger: logger)
        }
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw StorageError.unavailable("the database URL must begin with postgres:// (leave it out for SQLite)")
        }
        var settings = PostgresSettings(url: url)
        settings.connections = connections ?? settings.connections
        return try PostgresDatabase(settings, logger: logger)
    }

    private static func createDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StorageError.unavailable(
                "cannot create the data directory \(path): create it, owned by the user that runs this program")
        }
    }
}

/// Keeps a database open until the service group shuts down, and then closes it.
///
/// It belongs first in the group's list, so that it ends last.
package struct DatabaseService: Service {
    private let database: any Database

    package init(_ database: any Database) {
        self.database = database
    }

    package func run() async throws {
        try? await gracefulShutdown()
        await database.close()
    }
}
