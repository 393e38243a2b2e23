import GRDBSQLite

/// The statements that begin, end and divide a transaction.
enum SQLiteControl: String, CaseIterable {
    case begin = "BEGIN IMMEDIATE"
    case beginReading = "BEGIN DEFERRED"
    case commit = "COMMIT"
    case rollback = "ROLLBACK"
    case save = "SAVEPOINT one"
    case undo = "ROLLBACK TO one"
    case release = "RELEASE one"
}

/// They run around every call, so they are compiled once.
struct SQLiteControlStatements {
    private var compiled = [SQLiteControl: OpaquePointer]()

    mutating func statement(_ control: SQLiteControl, _ handle: OpaquePointer) throws -> OpaquePointer {
        if let statement = compiled[control] { return statement }
        var statement: OpaquePointer?
        sqlite3_prepare_v3(handle, control.rawValue, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard let statement else { throw StorageError.unavailable(String(cString: sqlite3_errmsg(handle))) }
        compiled[control] = statement
        return statement
    }

    mutating func close() {
        for statement in compiled.values { sqlite3_finalize(statement) }
        compiled = [:]
    }
}
