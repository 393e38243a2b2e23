import Core
import Foundation
import GRDB
import GRDBSQLite

/// One connection, used by one thread only.
final class SQLiteConnection {
    enum Role { case writer, reader, checkpointer }

    /// How long the writer waits for reads before it gives up beginning the log anew, for this time.
    private static let restartPatience = Duration.milliseconds(10)

    /// Statements kept compiled; texts put together at run time must not fill the memory.
    private static let statementLimit = 1000

    let handle: OpaquePointer
    let path: String
    private let role: Role
    private let lockTimeout: Duration
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
        lockTimeout = settings.lockTimeout
        do {
            queue = try DatabaseQueue(path: path, configuration: SQLiteConnection.configuration(role, settings))
            guard let handle = queue.inDatabase({ $0.sqliteConnection }) else {
                throw StorageError.unavailable("cannot open \(path)")
            }
            self.handle = handle
            try queue.inDatabase { database in
                if role == .writer { try SQLiteConnection.prepareForWriting(database, settings) }
                // What is moved back is flushed before the log may begin anew.
                if role != .reader { try database.execute(sql: "PRAGMA synchronous = FULL") }
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
        // `WriteAheadLog` says when, see there.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
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

    /// Tells `log` after each commit how long it is.
    func report(to log: WriteAheadLog) {
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue().grew(to: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(log).toOpaque())
    }

    /// Moves pages of the write-ahead log back into the file.
    ///
    /// - Returns: how many pages of the log are in the file now; `nil` when somebody else is at it.
    /// - Throws: `StorageError.unavailable` when the file cannot be written, for example because the disk is full.
    func checkpoint(_ mode: CheckpointMode) throws -> Int? {
        var moved = Int32(-1)
        if mode == .restart { wait(atMost: SQLiteConnection.restartPatience) }
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode.code, nil, &moved)
        if mode == .restart { wait(atMost: lockTimeout) }
        // Busy with a number: some pages are still needed by a read, the rest has been moved.
        guard code == SQLITE_OK || code == SQLITE_BUSY else { throw error(code) }
        return moved < 0 ? nil : Int(moved)
    }

    /// Flushes the file. A checkpoint does so only when it has moved the whole log, so pages that have been moved before
    /// would wait for the one that does.
    ///
    /// - Returns: what went wrong.
    func flush() -> StorageError? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = withUnsafeMutablePointer(to: &file) {
            sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, $0)
        }
        guard code == SQLITE_OK, let file, let sync = file.pointee.pMethods?.pointee.xSync else { return error(code) }
        let outcome = sync(file, SQLITE_SYNC_NORMAL)
        return outcome == SQLITE_OK ? nil : SQLiteErrors.translate(outcome, "flush", path: path)
    }

    private func wait(atMost time: Duration) {
        sqlite3_busy_timeout(handle, Int32(clamping: time.milliseconds))
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
