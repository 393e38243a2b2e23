package import Core

/// One row of a result; columns are read by name.
package struct Row: Sendable {
    private let columns: [String: Int]
    private let values: [SQLValue]

    /// - Parameter columns: position of each column name in `values`; shared by all rows of a result.
    package init(columns: [String: Int], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// - Throws: `StorageError.unexpectedColumn` when the column is absent.
    package func value(_ column: String) throws -> SQLValue {
        guard let index = columns[column] else { throw StorageError.unexpectedColumn(column) }
        return values[index]
    }

    package func text(_ column: String) throws -> String { try required(column, optionalText(column)) }
    package func integer(_ column: String) throws -> Int64 { try required(column, optionalInteger(column)) }
    package func int(_ column: String) throws -> Int { Int(try integer(column)) }
    package func real(_ column: String) throws -> Double { try required(column, optionalReal(column)) }
    package func instant(_ column: String) throws -> Instant { Instant(milliseconds: try integer(column)) }

    /// A date column; throws when the text is no date.
    package func date(_ column: String) throws -> LocalDate { try required(column, LocalDate(text(column))) }

    /// A column of an enumeration stored by raw value; throws when the text names no case.
    package func raw<Value: RawRepresentable<String>>(_ column: String, as type: Value.Type = Value.self) throws
        -> Value
    {
        try required(column, Value(rawValue: text(column)))
    }

    /// SQLite has no boolean of its own: 0 and 1 count too.
    package func boolean(_ column: String) throws -> Bool {
        switch try value(column) {
        case .boolean(let flag): return flag
        case .integer(let number): return number != 0
        default: throw StorageError.unexpectedColumn(column)
        }
    }

    package func optionalText(_ column: String) throws -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        default: throw StorageError.unexpectedColumn(column)
        }
    }

    package func optionalInteger(_ column: String) throws -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let number): return number
        default: throw StorageError.unexpectedColumn(column)
        }
    }

    package func optionalReal(_ column: String) throws -> Double? {
        switch try value(column) {
        case .null: return nil
        case .real(let number): return number
        case .integer(let number): return Double(number)
        default: throw StorageError.unexpectedColumn(column)
        }
    }

    package func optionalInstant(_ column: String) throws -> Instant? {
        try optionalInteger(column).map { Instant(milliseconds: $0) }
    }

    private func required<Value>(_ column: String, _ value: Value?) throws -> Value {
        guard let value else { throw StorageError.unexpectedColumn(column) }
        return value
    }
}
