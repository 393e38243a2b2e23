import CPostgres
import Foundation

/// One result of libpq, freed with its last reference.
final class PostgresResult {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var status: ExecStatusType { PQresultStatus(handle) }
    var failure: PostgresFailure { PostgresFailure(handle) }

    /// `COMMIT`, `ROLLBACK`, `UPDATE 3` …
    var tag: String { String(cString: PQcmdStatus(handle)) }

    /// Rows inserted, updated or deleted.
    var changedRows: Int {
        let tag = tag
        guard tag.hasPrefix("INSERT") || tag.hasPrefix("UPDATE") || tag.hasPrefix("DELETE") || tag.hasPrefix("MERGE")
        else { return 0 }
        return Int(String(cString: PQcmdTuples(handle))) ?? 0
    }

    /// - Parameter columns: what is known of them from an earlier result of the same statement.
    func rows(_ columns: inout PostgresColumns?) throws -> [Row] {
        let count = PQntuples(handle)
        guard count > 0 else { return [] }
        let known = columns ?? PostgresColumns(handle)
        columns = known
        var rows = [Row]()
        rows.reserveCapacity(Int(count))
        for row in 0..<count { rows.append(Row(columns: known.positions, values: try values(of: row, known))) }
        return rows
    }

    private func values(of row: Int32, _ columns: PostgresColumns) throws -> [SQLValue] {
        var values = [SQLValue]()
        values.reserveCapacity(columns.kinds.count)
        for (index, kind) in columns.kinds.enumerated() {
            let column = Int32(index)
            guard PQgetisnull(handle, row, column) == 0, let text = PQgetvalue(handle, row, column) else {
                values.append(.null)
                continue
            }
            switch kind {
            case .integer: values.append(.integer(Int64(strtoll(text, nil, 10))))
            case .boolean: values.append(.boolean(text.pointee == 0x74))
            case .real: values.append(.real(strtod(text, nil)))
            case .numeric: values.append(PostgresColumns.numeric(String(cString: text)))
            case .text:
                let length = Int(PQgetlength(handle, row, column))
                let bytes = UnsafeRawBufferPointer(start: text, count: length)
                values.append(.text(String(decoding: bytes, as: UTF8.self)))
            case .unknown: throw StorageError.unexpectedColumn(String(cString: PQfname(handle, column)))
            }
        }
        return values
    }
}

/// Names and kinds of the columns of a statement.
struct PostgresColumns {
    enum Kind { case integer, boolean, real, numeric, text, unknown }

    let positions: [String: Int]
    let kinds: [Kind]

    init(_ result: OpaquePointer) {
        let range = 0..<PQnfields(result)
        positions = Dictionary(
            range.map { (String(cString: PQfname(result, $0)), Int($0)) }, uniquingKeysWith: { first, _ in first })
        kinds = range.map { PostgresColumns.kind(PQftype(result, $0)) }
    }

    /// Type OIDs of pg_type.dat; they never change between versions.
    private static func kind(_ oid: Oid) -> Kind {
        switch oid {
        case 20, 21, 23, 26: .integer
        case 16: .boolean
        case 700, 701: .real
        case 1700: .numeric
        case 18, 19, 25, 705, 1042, 1043: .text
        default: .unknown
        }
    }

    /// Sums of BIGINT columns are NUMERIC; SQLite gives whole numbers for them.
    static func numeric(_ text: String) -> SQLValue {
        if let whole = Int64(text) { return .integer(whole) }
        return Double(text).map(SQLValue.real) ?? .text(text)
    }
}
