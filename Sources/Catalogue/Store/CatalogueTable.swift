import Storage

/// One table of the catalogue: how a value becomes a row and a row a value.
struct CatalogueTable<Value: Sendable>: Sendable {
    let name: String
    /// The key columns come first.
    let columns: [String]
    let keyCount: Int
    let order: String
    /// A column with a second unique constraint, and the value that takes a row out of its neighbours'
    /// way while numbers, letters or codes change places.
    let parking: (column: String, expression: String)?
    let bind: @Sendable (_ value: Value, _ position: Int) -> [SQLValue]
    let read: @Sendable (Row) throws -> Value

    init(
        _ name: String, key: [String], columns: [String], order: String = "position",
        parking: (column: String, expression: String)? = nil,
        bind: @escaping @Sendable (_ value: Value, _ position: Int) -> [SQLValue],
        read: @escaping @Sendable (Row) throws -> Value
    ) {
        self.name = name
        self.columns = key + columns
        keyCount = key.count
        self.order = order
        self.parking = parking
        self.bind = bind
        self.read = read
    }

    func all(_ statements: any Statements) throws -> [Value] {
        try rows(statements).map(read)
    }

    private func rows(_ statements: any Statements) throws -> [Row] {
        try statements.query(
            SQL("SELECT \(columns.joined(separator: ", ")) FROM \(name) ORDER BY \(order)"), [SQLValue]())
    }

    /// Writes the values that differ from what is stored.
    ///
    /// - Parameter goesFirst: values that others refer to, written before them whatever the order of the list.
    /// - Returns: the number of rows written.
    func store(
        _ values: [Value], first goesFirst: (Value) -> Bool = { _ in true }, in transaction: any Transaction
    ) throws -> Int {
        var stored = [[SQLValue]: [SQLValue]]()
        for row in try rows(transaction) {
            let columns = try columns.map { try row.value($0) }
            stored[Array(columns.prefix(keyCount))] = columns
        }
        let numbered = Array(values.enumerated())
        let ordered = numbered.filter { goesFirst($0.element) } + numbered.filter { !goesFirst($0.element) }
        let changed = ordered.map { bind($0.element, $0.offset) }.filter { row in
            guard let old = stored[Array(row.prefix(keyCount))] else { return true }
            return !zip(old, row).allSatisfy(CatalogueTable.same)
        }
        if let parking {
            let sql = SQL("UPDATE \(name) SET \(parking.column) = \(parking.expression) WHERE \(condition)")
            for key in changed.map({ Array($0.prefix(keyCount)) }) where stored[key] != nil {
                _ = try transaction.execute(sql, key)
            }
        }
        for start in stride(from: 0, to: changed.count, by: CatalogueTable.batch) {
            let rows = changed[start..<min(start + CatalogueTable.batch, changed.count)]
            _ = try transaction.execute(upsert(rows: rows.count), rows.flatMap { $0 })
        }
        return changed.count
    }

    /// Deletes stored rows that are not among `values` and whose column `owner` is one of `owners`.
    ///
    /// - Returns: the number of rows deleted.
    func prune(
        keeping values: [Value], owner: String, of owners: Set<String>, in transaction: any Transaction
    ) throws -> Int {
        let wanted = Set(values.map { Array(bind($0, 0).prefix(keyCount)) })
        var count = 0
        for row in try rows(transaction) where owners.contains(try row.name(owner)) {
            let key = try columns.prefix(keyCount).map { try row.value($0) }
            if !wanted.contains(key) {
                count += try transaction.execute(SQL("DELETE FROM \(name) WHERE \(condition)"), key)
            }
        }
        return count
    }

    private var condition: String {
        columns.prefix(keyCount).enumerated().map { "\($1) = $\($0 + 1)" }.joined(separator: " AND ")
    }

    /// Rows written by one statement: enough to make a first seeding a matter of few round trips.
    private static var batch: Int { 32 }

    private func upsert(rows: Int) -> SQL {
        let names = columns.joined(separator: ", ")
        let lists = (0..<rows).map { row in
            "(" + columns.indices.map { "$\(row * columns.count + $0 + 1)" }.joined(separator: ", ") + ")"
        }
        let key = columns.prefix(keyCount).joined(separator: ", ")
        let sets = columns.dropFirst(keyCount).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return SQL(
            "INSERT INTO \(name) (\(names)) VALUES \(lists.joined(separator: ", ")) "
                + "ON CONFLICT (\(key)) DO UPDATE SET \(sets)")
    }

    /// SQLite has no booleans and hands back numbers.
    private static func same(_ left: SQLValue, _ right: SQLValue) -> Bool {
        switch (left, right) {
        case (.integer(let number), .boolean(let flag)), (.boolean(let flag), .integer(let number)):
            number == (flag ? 1 : 0)
        default: left == right
        }
    }
}

extension Row {
    /// A text or whole number as text.
    fileprivate func name(_ column: String) throws -> String {
        if case .integer(let number) = try value(column) { return String(number) }
        return try text(column)
    }
}
