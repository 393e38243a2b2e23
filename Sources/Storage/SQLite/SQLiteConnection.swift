import Foundation
import GRDB
import GRDBSQLite

/// One connection, used by one thread only.
final class SQLiteConnection {
    enum Role { case writer, reader }

    /// Statements kept compiled; texts put together at run time must not fill the memory.
    private static let statementLimit = 1000

    let handle: OpaquePointer
    let path: String
    private let role: Role
    private let queue: DatabaseQueue
    private var statements = [SQL: SQLiteStatement]()
    private var controls = SQLiteControlStatements()
    private let watch = LimitWatch()
    /// Set after a fault of the file itself: the connection is then opened anew.
    var isSuspect = false

    /// - Throws: `StorageError.unavailable` with what a person can do about it, `StorageError.busy`
    ///   when another process holds the file locked.
    init(_ role: Role, _ settings: SQLiteSettings) throws {
        path = settings.path
        self.role = role
        do {
            queue = try DatabaseQueue(path: path, configuration: SQLiteConnection.configuration(role, settings))
            guard let handle = queue.inDatabase({ $0.sqliteConnection }) else {
                throw StorageError.unavailable("cannot open \(path)")
            }
            self.handle = handle
            try queue.inDatabase { database in
                if role == .writer { try SQLiteConnection.prepareForWriting(database, settings) }
                try database.execute(sql: "PRAGMA cache_size = \(role == .writer ? -48_000 : -4_000)")
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
            }
        } catch {
            throw SQLiteErrors.translate(error, path: settings.path)
        }
        // GRDB's observation of transactions is not used, and transactions do not pass through it.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        watch.install(on: handle)
    }

    private static func configuration(_ role: Role, _ settings: SQLiteSettings) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = role == .reader
        configuration.busyMode = .timeout(settings.lockTimeout / .seconds(1))
        configuration.allowsUnsafeTransactions = true
        configuration.label = "yimen.\(role)"
        return configuration
    }

    private static func prepareForWriting(_ database: GRDB.Database, _ settings: SQLiteSettings) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw StorageError.unavailable(
                "\(settings.path) cannot use a write-ahead log: the data directory must be on a local disk")
        }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        // Pages that many groups change are written back once for them all.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 8000")
        // A log that grew under a long read is cut back at the next checkpoint.
        try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        if settings.maximumPages > 0 {
            try database.execute(sql: "PRAGMA max_page_count = \(settings.maximumPages)")
        }
    }

    /// Runs `body` with GRDB's permission to use the connection on this thread.
    func use<Value>(_ body: () throws -> Value) rethrows -> Value {
        try queue.inDatabase { _ in try body() }
    }

    func statement(_ sql: SQL) throws -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        if statements.count >= SQLiteConnection.statementLimit { statements.removeAll() }
        do {
            let statement = try SQLiteStatement(sql, queue.unsafeReentrantWrite { $0 })
            statements[sql] = statement
            return statement
        } catch {
            throw SQLiteErrors.translate(error, path: path)
        }
    }

    /// Begins, ends or divides a transaction.
    func control(_ control: SQLiteControl) throws {
        let statement = try controls.statement(control, handle)
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        if code != SQLITE_DONE { throw error(code) }
    }

    /// The number that a PRAGMA answers.
    func number(of pragma: String) throws -> Int64 {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, pragma, -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard code == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW else { throw error(sqlite3_errcode(handle)) }
        return sqlite3_column_int64(statement, 0)
    }

    func rewriteHeader() throws {
        let version = try number(of: "PRAGMA user_version")
        let code = sqlite3_exec(handle, "PRAGMA user_version = \(version)", nil, nil, nil)
        if code != SQLITE_OK { throw error(code) }
    }

    /// False once SQLite has rolled the transaction back by itself (disk full, interrupted write).
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Statements running longer than this are interrupted.
    func limit(_ limit: TimeLimit) { watch.limit = limit }

    func error(_ code: Int32) -> StorageError {
        if role == .reader, code & 0xFF == SQLITE_READONLY { return .statement("a read must not write") }
        let extended = sqlite3_extended_errcode(handle)
        let message = String(cString: sqlite3_errmsg(handle))
        return SQLiteErrors.translate(extended & 0xFF == code & 0xFF ? extended : code, message, path: path)
    }

    func close() {
        statements.removeAll()
        controls.close()
        sqlite3_progress_handler(handle, 0, nil, nil)
        try? queue.close()
    }
}
