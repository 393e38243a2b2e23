/// The statements of one closure on SQLite.
final class SQLiteSession: Session {
    private let connection: SQLiteConnection
    private let limit: TimeLimit
    /// The first fault of a statement, whatever the closure made of it.
    private(set) var failure: (any Error)?
    private(set) var notices = [Notice]()
    private(set) var waitingRows = WaitingRows()
    private let writesRowsAlone: Bool
    private let earlier: GroupRows?

    /// - Parameters:
    ///   - earlier: what the calls before it in the group have left.
    ///   - writesRowsAlone: the rows of `insertAtEnd` are written within this call's own savepoint.
    init(
        _ connection: SQLiteConnection, _ limit: TimeLimit, after earlier: GroupRows? = nil,
        writesRowsAlone: Bool = false
    ) {
        self.earlier = earlier
        self.connection = connection
        self.limit = limit
        self.writesRowsAlone = writesRowsAlone
    }

    func query(_ sql: SQL, _ parameters: [SQLValue]) throws -> [Row] {
        try noting {
            try writeEarlier(sql)
            return try connection.statement(sql).query(parameters, on: connection)
        }
    }

    func execute(_ sql: SQL, _ parameters: [SQLValue]) throws -> Int {
        try noting {
            try writeEarlier(sql)
            return try connection.statement(sql).execute(parameters, on: connection)
        }
    }

    private func writeEarlier(_ sql: SQL) throws {
        try earlier?.write(before: sql) { _ = try connection.statement($0).execute($1, on: connection) }
    }

    func notify(_ channel: String, _ payload: String) throws {
        try noting { notices.append(try Notice(channel, payload)) }
    }

    func insertAtEnd(_ insertion: Insertion, _ values: [SQLValue]) throws {
        try noting { try waitingRows.append(insertion, values) }
    }

    func tableExists(_ name: String) throws -> Bool {
        try !query("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = $1", name).isEmpty
    }

    /// Writes the first page without changing it: proves that the file can be written.
    func rewriteHeader() throws {
        try noting { try connection.rewriteHeader() }
    }

    func verify() throws {
        if let failure { throw failure }
        if writesRowsAlone {
            try waitingRows.write { _ = try execute($0, $1) }
            waitingRows = WaitingRows()
        }
        try limit.check()
    }

    private func noting<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            try limit.check()
            return try body()
        } catch {
            failure = failure ?? error
            throw error
        }
    }
}
