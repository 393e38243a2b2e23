import Cryptography
import Storage

/// The sealed values of all rooms, column by column.
struct SealedValues: Sendable {
    let database: any Database
    let provider: StandardProvider
    var columns = Schema.sealedColumns

    /// One value with the row it stands in.
    struct Value: Sendable, Hashable {
        let rowKey: String
        let sealed: String
    }

    /// The next values of a column in the order of their rows' keys.
    ///
    /// - Parameter after: the key of the row before; empty for the first page.
    func page(of column: SealedColumn, after rowKey: String, limit: Int) async throws -> [Value] {
        let select = SQL(
            """
            SELECT \(column.key) AS row_key, \(column.column) AS sealed FROM \(column.table)
            WHERE \(column.key) > $1 AND \(column.column) IS NOT NULL ORDER BY \(column.key) LIMIT $2
            """)
        return try await database.read { statements in
            try statements.query(select, rowKey, limit).map {
                Value(rowKey: try $0.text("row_key"), sealed: try $0.text("sealed"))
            }
        }
    }

    /// Puts newly sealed texts in the place of those that were read, where nobody has changed them meanwhile.
    ///
    /// - Returns: how many were replaced.
    func replace(_ values: [(old: Value, sealed: String)], in column: SealedColumn) async throws -> Int {
        let update = SQL(
            """
            UPDATE \(column.table) SET \(column.column) = $3 WHERE \(column.key) = $1 AND \(column.column) = $2
            """)
        return try await database.transaction { transaction in
            try values.reduce(0) { count, value in
                count + (try transaction.execute(update, value.old.rowKey, value.old.sealed, value.sealed))
            }
        }
    }

    /// How many values stand under which key, over all columns.
    func use() async throws -> [Int: Int] {
        var use = [Int: Int]()
        for column in columns {
            try await forEachPage(of: column, limit: 1000) { values in
                for value in values { use[StandardProvider.keyNumber(of: value.sealed) ?? 0, default: 0] += 1 }
            }
        }
        return use
    }

    func forEachPage(of column: SealedColumn, limit: Int, _ work: ([Value]) async throws -> Void) async throws {
        var last = ""
        while true {
            let values = try await page(of: column, after: last, limit: limit)
            guard let end = values.last else { return }
            try await work(values)
            last = end.rowKey
        }
    }

    /// Opens one value of every column.
    ///
    /// - Throws: `StartupFault` when a key is missing or another one than the value was sealed with: without this
    ///   look, a server with a new key directory would start on an old database and fail person by person.
    func requireOpenable(keys directory: String) async throws {
        for column in columns {
            guard let value = try await page(of: column, after: "", limit: 1).first else { continue }
            do {
                _ = try provider.open(value.sealed, context: column.context(value.rowKey))
            } catch {
                throw StartupFault(
                    "The keys in \(directory) do not open what the database holds (\(column), key "
                        + "\(StandardProvider.keyNumber(of: value.sealed) ?? 0)). Restore the key files that belong to this "
                        + "database, or set data.directory.")
            }
        }
    }
}
