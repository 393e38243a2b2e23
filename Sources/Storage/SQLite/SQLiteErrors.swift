import GRDB
import GRDBSQLite

/// Translates SQLite's result codes; the one place that knows them.
enum SQLiteErrors {
    /// - Parameters:
    ///   - code: a primary or extended result code.
    ///   - message: SQLite's own text, which names tables and columns but never holds values.
    static func translate(_ code: Int32, _ message: String, path: String) -> StorageError {
        switch code & 0xFF {
        case SQLITE_CONSTRAINT: .constraint(message)
        case SQLITE_TOOBIG: .constraint("a value or row is too big")
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_INTERRUPT: .tooLong
        case SQLITE_FULL:
            .unavailable("the disk holding \(path) is full: free some space; writing resumes by itself")
        case SQLITE_NOTADB, SQLITE_CORRUPT:
            .unavailable("\(path) is damaged or no SQLite database (\(message)): move it away and restore a backup")
        case SQLITE_CANTOPEN:
            .unavailable("cannot open \(path): the directory must exist and be writable for this user")
        case SQLITE_READONLY:
            .unavailable("\(path) cannot be written: give this user write permission on the file and its directory")
        case SQLITE_IOERR:
            .unavailable("reading or writing \(path) failed (\(message), code \(code)): check the disk and free space")
        case SQLITE_NOMEM, SQLITE_PERM, SQLITE_AUTH, SQLITE_PROTOCOL, SQLITE_NOLFS:
            .unavailable("\(path): \(message) (code \(code))")
        default: .statement(message)
        }
    }

    static func translate(_ error: any Error, path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return translate(error.extendedResultCode.rawValue, error.message ?? "no message", path: path)
    }
}
