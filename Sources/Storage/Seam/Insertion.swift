/// An INSERT of rows that nothing in their own transaction reads again: they are written when it ends.
///
/// The rows of all transactions that share one commit travel together, many in one statement.
package final class Insertion: Sendable {
    /// How many rows one statement may take; each has a text of its own, so they are few.
    private static let sizes = [32, 16, 8, 4, 2, 1]

    private let texts: [SQL]
    let table: String
    let columnCount: Int
    /// Whether a later transaction of the same commit that names the table must find the rows.
    let isReadByOthers: Bool
    /// Kinds of a lower rank are written first.
    let rank: Int

    /// - Parameters:
    ///   - earlier: the kind of rows to which these refer; it is written before them.
    ///   - isReadByOthers: written before a later transaction of the same commit names the table: rows that others end,
    ///     change or count. Journals, which nobody reads before the commit, do without.
    ///   - skippingDuplicates: a row that a unique index refuses is left out instead of being a fault.
    package init(
        into table: String, _ columns: [String], after earlier: Insertion? = nil, isReadByOthers: Bool = false,
        skippingDuplicates: Bool = false
    ) {
        self.table = table
        self.isReadByOthers = isReadByOthers
        rank = earlier.map { $0.rank + 1 } ?? 0
        columnCount = columns.count
        texts = Insertion.sizes.map { size in
            let rows = (0..<size).map { row in
                "(" + (1...columns.count).map { "$\(row * columns.count + $0)" }.joined(separator: ", ") + ")"
            }
            return SQL(
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES "
                    + rows.joined(separator: ", ") + (skippingDuplicates ? " ON CONFLICT DO NOTHING" : ""))
        }
    }

    /// The text for as many of `count` rows as one statement takes.
    fileprivate func statement(for count: Int) -> (sql: SQL, rows: Int) {
        let index = Insertion.sizes.firstIndex { $0 <= count } ?? Insertion.sizes.count - 1
        return (texts[index], Insertion.sizes[index])
    }
}

/// Rows that wait for the end of their transaction, by kind.
struct WaitingRows {
    private struct Kind {
        let insertion: Insertion
        var count: Int
        var values: [SQLValue]
    }

    private var kinds = [Kind]()

    var isEmpty: Bool { kinds.isEmpty }

    /// Whether a statement may be about some of them.
    func areNamed(in sql: SQL) -> Bool {
        kinds.contains { $0.insertion.isReadByOthers && sql.names($0.insertion.table) }
    }

    /// - Throws: `StorageError.statement` unless there is one value for each column.
    mutating func append(_ insertion: Insertion, _ values: [SQLValue]) throws {
        guard values.count == insertion.columnCount else {
            throw StorageError.statement("\(values.count) values for \(insertion.columnCount) columns")
        }
        append(insertion, 1, values)
    }

    mutating func append(_ rows: WaitingRows) {
        if kinds.isEmpty {
            kinds = rows.kinds
        } else {
            for kind in rows.kinds { append(kind.insertion, kind.count, kind.values) }
        }
    }

    private mutating func append(_ insertion: Insertion, _ count: Int, _ values: [SQLValue]) {
        if let index = kinds.firstIndex(where: { $0.insertion === insertion }) {
            kinds[index].count += count
            kinds[index].values.append(contentsOf: values)
        } else {
            kinds.append(Kind(insertion: insertion, count: count, values: values))
        }
    }

    /// Hands out the statements in order.
    func write(_ run: (SQL, [SQLValue]) throws -> Void) rethrows {
        for kind in kinds.sorted(by: { $0.insertion.rank < $1.insertion.rank }) {
            var done = 0
            while done < kind.count {
                let (sql, rows) = kind.insertion.statement(for: kind.count - done)
                let width = kind.insertion.columnCount
                let range = done * width..<(done + rows) * width
                try run(sql, range.count == kind.values.count ? kind.values : Array(kind.values[range]))
                done += rows
            }
        }
    }
}
