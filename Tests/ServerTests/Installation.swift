import Core
import Foundation
import Logging
import Storage
import TestKit

@testable import Server

/// A data directory and a migrated database of a test's own, opened as commands and servers open them.
struct Installation: Sendable {
    let settings: ServerSettings
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// - Parameter flags: configuration beside the directory and the database.
    static func run<Value>(
        _ backend: Backend, flags: [String: String] = [:], _ body: (Installation) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryDirectory { directory in
            var flags = flags.merging(["demo": "true", "data.directory": directory]) { own, _ in own }
            guard backend == .postgres else { return try await migrated(flags, body) }
            return try await withSchema { postgres in
                let separator = postgres.url.contains("?") ? "&" : "?"
                flags["database.url"] =
                    postgres.url + "\(separator)options=-csearch_path%3D\(postgres.schema ?? "public")"
                flags["database.connections"] = "4"
                return try await migrated(flags, body)
            }
        }
    }

    private static func migrated<Value>(
        _ flags: [String: String], _ body: (Installation) async throws -> Value
    ) async throws -> Value {
        let settings = try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load())
        let installation = Installation(settings: settings)
        try await installation.open { _ = try await $0.migrator.migrate(Schema.all) }
        return try await body(installation)
    }

    /// Another process, as far as the database and the key directory can tell.
    func open<Value>(_ body: (Groundwork) async throws -> Value) async throws -> Value {
        let groundwork = try await Groundwork.open(settings, schema: .asFound, logger: Self.logger)
        do {
            let value = try await body(groundwork)
            await groundwork.database.close()
            return value
        } catch {
            await groundwork.database.close()
            throw error
        }
    }
}
