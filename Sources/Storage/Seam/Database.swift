/// The one seam between the product and its databases: SQLite on one machine, PostgreSQL on many.
///
/// Closures run to their end on a database thread, never on the cooperative pool, and must not
/// keep the statements they are handed. They may run more than once (a retry after a
/// serialisation failure), so they have no effect outside the database.
package protocol Database: Sendable {
    var engine: DatabaseEngine { get }

    /// Runs reads against one consistent snapshot.
    ///
    /// - Throws: `StorageError`, or what `body` throws.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any Statements) throws -> Value) async throws -> Value

    /// Runs `body` atomically and returns once its effect is durable.
    ///
    /// - Parameter lane: waiting calls of one lane are run one after the other inside one database
    ///   transaction, each undone alone when it throws; `nil` runs in a transaction of its own.
    ///   SQLite combines all calls anyway.
    /// - Throws: `StorageError`, or what `body` throws; nothing of this call is kept then.
    func transaction<Value: Sendable>(
        combining lane: CallLane?, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value

    /// Runs a change of the schema: alone among all processes that migrate this database, and
    /// without the limit on how long a transaction may take.
    ///
    /// - Throws: `StorageError`, or what `body` throws; nothing of this call is kept then.
    func schemaChange<Value: Sendable>(
        _ body: @escaping @Sendable (any SchemaTransaction) throws -> Value
    ) async throws -> Value

    /// What was announced with `Transaction.notify`, from subscription on, after each commit.
    /// The stream yields `Change.missed` when announcements may have been lost (reconnection);
    /// listeners then read afresh.
    func listen(_ channel: String) -> AsyncStream<Change>

    /// Answers when the database can serve; throws `StorageError.unavailable` otherwise.
    func checkHealth() async throws

    /// How busy the database is, as `/metrics` shows it.
    var load: DatabaseLoad { get }

    /// Closes connections after the work in progress has ended.
    func close() async
}

extension Database {
    package func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await transaction(combining: nil, body)
    }
}

/// Calls that are put together into one database transaction while they wait.
package struct CallLane: Sendable, Hashable, ExpressibleByStringLiteral {
    package let name: String
    /// Names the row that the call contends for. Where a lane has calls for several rows they run in
    /// the order of these names, so that no two groups lock rows crosswise.
    package let row: String

    package init(_ name: String, row: String = "") {
        self.name = name
        self.row = row
    }

    package init(stringLiteral name: String) {
        self.init(name)
    }
}

package enum DatabaseEngine: String, Sendable, CaseIterable {
    case sqlite, postgres
}

/// One announcement of the change feed.
package enum Change: Sendable, Hashable {
    case payload(String)
    case missed
}

/// Statements on one connection. Not `Sendable`: valid only inside the closure that got it.
package protocol Statements {
    func query(_ sql: SQL, _ parameters: [SQLValue]) throws -> [Row]

    /// - Returns: the number of rows inserted, updated or deleted.
    func execute(_ sql: SQL, _ parameters: [SQLValue]) throws -> Int

    /// Runs several writes at the cost of one exchange with the server.
    ///
    /// - Returns: for each the number of rows changed. Those behind one that changed nothing may not
    ///   have been run; they are `nil` then.
    func executeAll(_ statements: [(SQL, [SQLValue])]) throws -> [Int?]
}

package protocol Transaction: Statements {
    /// Announces a change to every process once this transaction has committed.
    /// - Parameter payload: at most 4,000 bytes, without personal data.
    func notify(_ channel: String, _ payload: String) throws

    /// Writes a row at the end of this transaction.
    ///
    /// A constraint that refuses it undoes the whole call: `transaction` throws
    /// `StorageError.constraint` then, after `body` has returned.
    func insertAtEnd(_ insertion: Insertion, _ values: [SQLValue]) throws
}

package protocol SchemaTransaction: Transaction {
    func tableExists(_ name: String) throws -> Bool
}

extension Statements {
    package func query(_ sql: SQL, _ parameters: (any SQLBindable)?...) throws -> [Row] {
        try query(sql, parameters.map { $0?.sqlValue ?? .null })
    }

    /// The first row, or `nil`.
    package func first(_ sql: SQL, _ parameters: (any SQLBindable)?...) throws -> Row? {
        try query(sql, parameters.map { $0?.sqlValue ?? .null }).first
    }

    package func executeAll(_ statements: [(SQL, [SQLValue])]) throws -> [Int?] {
        var counts = [Int?](repeating: nil, count: statements.count)
        for (index, (sql, parameters)) in statements.enumerated() {
            let count = try execute(sql, parameters)
            counts[index] = count
            if count == 0 { break }
        }
        return counts
    }

    @discardableResult
    package func execute(_ sql: SQL, _ parameters: (any SQLBindable)?...) throws -> Int {
        try execute(sql, parameters.map { $0?.sqlValue ?? .null })
    }
}
