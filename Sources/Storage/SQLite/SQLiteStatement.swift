import Foundation
import GRDB
import GRDBSQLite

/// A compiled statement with what is known about its parameters and columns.
///
/// GRDB compiles and owns it; binding and stepping use SQLite's own functions, because a booking
/// runs a handful of statements and the generic paths would cost more than SQLite itself.
final class SQLiteStatement {
    private let compiled: Statement
    private let handle: OpaquePointer
    private let bindingOrder: [Int]
    private let isReadOnly: Bool
    private var columns = [String: Int]()
    private var columnCount: Int32 = -1
    /// Columns declared BOOLEAN: SQLite keeps 0 and 1, callers see a truth value as on PostgreSQL.
    private var isBoolean = [Bool]()

    /// - Throws: `StorageError.statement` for a text that steers the transaction itself.
    init(_ sql: SQL, _ database: GRDB.Database) throws {
        try TransactionControl.refuse(sql.text)
        compiled = try database.makeStatement(sql: sql.text)
        handle = compiled.sqliteStatement
        bindingOrder = sql.bindingOrder
        isReadOnly = compiled.isReadonly
        guard Int(sqlite3_bind_parameter_count(handle)) == bindingOrder.count else {
            throw StorageError.statement("a placeholder stands where none can be bound: \(sql.text)")
        }
    }

    func query(_ parameters: [SQLValue], on connection: SQLiteConnection) throws -> [Row] {
        try bind(parameters)
        defer { sqlite3_reset(handle) }
        var rows = [Row]()
        while try step(connection) {
            if rows.isEmpty { describeColumns() }
            rows.append(Row(columns: columns, values: try values()))
        }
        return rows
    }

    /// - Returns: rows inserted, updated or deleted by the statement itself.
    func execute(_ parameters: [SQLValue], on connection: SQLiteConnection) throws -> Int {
        try bind(parameters)
        defer { sqlite3_reset(handle) }
        let before = sqlite3_total_changes(connection.handle)
        while try step(connection) {}
        guard !isReadOnly, sqlite3_total_changes(connection.handle) != before else { return 0 }
        return Int(sqlite3_changes(connection.handle))
    }

    private func step(_ connection: SQLiteConnection) throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.error(code)
        }
    }

    private func bind(_ parameters: [SQLValue]) throws {
        guard parameters.count == bindingOrder.count else {
            throw StorageError.statement(
                "\(parameters.count) parameters for \(bindingOrder.count) placeholders: \(compiled.sql)")
        }
        for (position, number) in bindingOrder.enumerated() {
            let index = Int32(position + 1)
            switch parameters[number - 1] {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let number): sqlite3_bind_int64(handle, index, number)
            case .boolean(let flag): sqlite3_bind_int64(handle, index, flag ? 1 : 0)
            case .real(let number): try bind(number, at: index)
            case .text(let text): try bind(text, at: index)
            }
        }
    }

    private func bind(_ number: Double, at index: Int32) throws {
        // SQLite would keep NaN as NULL.
        guard number.isFinite else { throw StorageError.constraint("a number that is not finite") }
        sqlite3_bind_double(handle, index, number)
    }

    private func bind(_ text: String, at index: Int32) throws {
        var text = text
        let code = try text.withUTF8 { bytes in
            // PostgreSQL cannot hold U+0000; both engines refuse it alike.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                return sqlite3_bind_text(handle, index, "", 0, SQLiteStatement.copied)
            }
            guard memchr(start, 0, bytes.count) == nil else {
                throw StorageError.constraint("a text with the character U+0000")
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text(handle, index, $0, Int32(clamping: bytes.count), SQLiteStatement.copied)
            }
        }
        guard code == SQLITE_OK else { throw StorageError.constraint("a text that is too long") }
    }

    /// SQLITE_TRANSIENT, which the importer leaves out: SQLite copies the bytes at once.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Repeated when a change of the schema has made SQLite compile the statement anew.
    private func describeColumns() {
        let count = sqlite3_column_count(handle)
        guard count != columnCount else { return }
        columnCount = count
        columns = [:]
        isBoolean = []
        for index in 0..<count {
            columns[String(cString: sqlite3_column_name(handle, index))] = Int(index)
            let type = sqlite3_column_decltype(handle, index).map { String(cString: $0) }
            isBoolean.append(type?.uppercased() == "BOOLEAN")
        }
    }

    private func values() throws -> [SQLValue] {
        var values = [SQLValue]()
        values.reserveCapacity(Int(columnCount))
        for index in 0..<columnCount {
            switch sqlite3_column_type(handle, index) {
            case SQLITE_NULL: values.append(.null)
            case SQLITE_INTEGER:
                let number = sqlite3_column_int64(handle, index)
                values.append(isBoolean[Int(index)] ? .boolean(number != 0) : .integer(number))
            case SQLITE_FLOAT: values.append(.real(sqlite3_column_double(handle, index)))
            case SQLITE_TEXT: values.append(.text(text(at: index)))
            default: throw StorageError.unexpectedColumn(String(cString: sqlite3_column_name(handle, index)))
            }
        }
        return values
    }

    private func text(at index: Int32) -> String {
        guard let start = sqlite3_column_text(handle, index) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        return String(decoding: bytes, as: UTF8.self)
    }
}
