import CPostgres
import Core
import Foundation

/// Opens a session: how it is reached, and what holds for its whole life.
struct PostgresLink {
    let handle: OpaquePointer
    /// The schema in which tables are made and found.
    let schema: String

    /// - Throws: `StorageError.unavailable` with the server's or libpq's own reason.
    init(_ settings: PostgresSettings) throws {
        // libpq lets later keywords win, so the URL can override what stands before it.
        let options: [(String, String)] = [
            ("connect_timeout", "5"), ("fallback_application_name", "yimen"), ("keepalives_idle", "15"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("dbname", settings.url), ("client_encoding", "UTF8"),
        ]
        let handle = PostgresLink.connect(options)
        guard let handle else { throw StorageError.unavailable("libpq is out of memory") }
        do {
            guard PQstatus(handle) == CONNECTION_OK else {
                let reason = String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: " ")
                throw StorageError.unavailable("cannot connect to PostgreSQL: \(reason)")
            }
            self.handle = handle
            schema = try PostgresLink.prepare(handle, settings)
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func connect(_ options: [(String, String)]) -> OpaquePointer? {
        let keys = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for text in keys + values { free(text) } }
        return PQconnectdbParams(keys.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    private static func prepare(_ handle: OpaquePointer, _ settings: PostgresSettings) throws -> String {
        let version = PQserverVersion(handle)
        guard version >= 120_000 else {
            throw StorageError.unavailable("PostgreSQL 12 or newer is needed; the server is \(version / 10_000)")
        }
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        guard encoding == "UTF8" else {
            throw StorageError.unavailable("the database's encoding is \(encoding): create it with encoding UTF8")
        }
        // Longer than any closure may take, so that a stuck process does not keep its locks.
        let idleLimit = settings.timeLimit.milliseconds * 2 + 5000
        var commands = [
            "SET lock_timeout = \(settings.lockTimeout.milliseconds)",
            "SET statement_timeout = \(settings.timeLimit.milliseconds)",
            "SET idle_in_transaction_session_timeout = \(idleLimit)",
        ]
        if let schema = settings.schema { commands.append("SET search_path TO \(quoted(schema, handle))") }
        for command in commands { _ = try answer(to: command, handle) }
        guard let schema = try answer(to: "SELECT current_schema()", handle), !schema.isEmpty else {
            throw StorageError.unavailable("no schema of the search path exists: create it or set search_path")
        }
        return schema
    }

    /// Runs a text of this driver at once, outside pipeline mode.
    static func answer(to text: String, _ handle: OpaquePointer) throws -> String? {
        guard let pointer = PQexec(handle, text) else { throw StorageError.unavailable("libpq is out of memory") }
        let result = PostgresResult(pointer)
        guard result.status == PGRES_COMMAND_OK || result.status == PGRES_TUPLES_OK else {
            throw result.failure.translated
        }
        guard PQntuples(pointer) == 1, PQgetisnull(pointer, 0, 0) == 0 else { return nil }
        return String(cString: PQgetvalue(pointer, 0, 0))
    }

    /// An identifier of this driver in the server's quotes.
    static func quoted(_ name: String, _ handle: OpaquePointer) -> String {
        guard let text = PQescapeIdentifier(handle, name, name.utf8.count) else { return name }
        defer { PQfreemem(text) }
        return String(cString: text)
    }
}
