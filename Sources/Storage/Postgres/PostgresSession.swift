/// The statements of one closure on PostgreSQL.
final class PostgresSession: Session {
    private let connection: PostgresConnection
    private let limit: TimeLimit
    private let isSchemaChange: Bool
    /// The first fault of the server or the connection, whatever the closure made of it.
    private(set) var failure: PostgresFailure?
    private var refusal: (any Error)?
    private(set) var notices = [Notice]()
    private(set) var waitingRows = WaitingRows()
    private let writesRowsAlone: Bool
    private let earlier: GroupRows?
    /// Whether a statement may have changed something.
    private(set) var hasWritten = false

    /// - Parameters:
    ///   - earlier: what the calls before it in the group have left.
    ///   - writesRowsAlone: the rows of `insertAtEnd` are written within this call's own savepoint.
    init(
        _ connection: PostgresConnection, _ limit: TimeLimit, _ kind: CallKind, after earlier: GroupRows? = nil,
        writesRowsAlone: Bool
    ) {
        self.earlier = earlier
        self.writesRowsAlone = writesRowsAlone
        self.connection = connection
        self.limit = limit
        isSchemaChange = kind == .schemaChange
    }

    func query(_ sql: SQL, _ parameters: [SQLValue]) throws -> [Row] {
        try noting {
            try writeEarlier(sql)
            let rows = try connection.rows(sql, parameters, cached: !isSchemaChange)
            if !rows.isEmpty { hasWritten = true }
            return rows
        }
    }

    func execute(_ sql: SQL, _ parameters: [SQLValue]) throws -> Int {
        try noting {
            try writeEarlier(sql)
            let count = try connection.run(sql, parameters, cached: !isSchemaChange).changedRows
            if count > 0 || isSchemaChange { hasWritten = true }
            return count
        }
    }

    func executeAll(_ statements: [(SQL, [SQLValue])]) throws -> [Int?] {
        try noting {
            for (sql, _) in statements { try writeEarlier(sql) }
            let counts = try connection.runAll(statements, cached: !isSchemaChange)
            if isSchemaChange || counts.contains(where: { $0 > 0 }) { hasWritten = true }
            return counts
        }
    }

    private func writeEarlier(_ sql: SQL) throws {
        try earlier?.write(before: sql) { sql, values in
            _ = try connection.run(sql, values, cached: true)
            hasWritten = true
        }
    }

    func insertAtEnd(_ insertion: Insertion, _ values: [SQLValue]) throws {
        try noting { try waitingRows.append(insertion, values) }
    }

    func notify(_ channel: String, _ payload: String) throws {
        try noting { notices.append(try Notice(channel, payload)) }
    }

    func tableExists(_ name: String) throws -> Bool {
        try !query("SELECT 1 AS found WHERE to_regclass($1) IS NOT NULL", name).isEmpty
    }

    func verify() throws {
        if let failure { throw failure.translated }
        if let refusal { throw refusal }
        if writesRowsAlone {
            try waitingRows.write { _ = try execute($0, $1) }
            waitingRows = WaitingRows()
        }
        try limit.check()
    }

    private func noting<Value>(_ body: () throws -> Value) throws -> Value {
        if let failure { throw failure.translated }
        do {
            try limit.check()
            return try body()
        } catch let fault as PostgresFailure {
            failure = fault
            throw fault.translated
        } catch {
            refusal = refusal ?? error
            throw error
        }
    }
}
