import CPostgres
import Core

/// One session with the server, used by one thread only, always in libpq's pipeline mode.
///
/// Commands that need no answer of their own (BEGIN, SAVEPOINT, RELEASE) wait in `ahead` and travel
/// with the next statement, so that a transaction of two statements costs three round trips, not
/// seven.
final class PostgresConnection {
    /// Statements kept prepared; texts put together at run time must not fill the server's memory.
    private static let statementLimit = 500

    private let handle: OpaquePointer
    let schema: String
    private var prepared = [SQL: Prepared]()
    /// Statements whose preparation waits in `ahead`.
    private var preparing = [SQL: String]()
    private var prepareCount = 0
    private var ahead = [Command]()
    /// Whether any command of the present transaction has been sent.
    private(set) var hasBegun = false

    private struct Prepared {
        let name: String
        var columns: PostgresColumns?
    }

    private enum Command {
        case plain(String, PostgresParameters?)
        case prepare(name: String, SQL)
        case execute(name: String, PostgresParameters)
    }

    /// - Throws: `StorageError.unavailable`.
    init(_ settings: PostgresSettings) throws {
        let link = try PostgresLink(settings)
        handle = link.handle
        schema = link.schema
        guard PQenterPipelineMode(handle) == 1 else {
            PQfinish(handle)
            throw StorageError.unavailable("libpq refuses pipeline mode")
        }
    }

    deinit {
        PQfinish(handle)
    }

    var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }
    /// The server's process for this session, as NOTIFY names it.
    var processID: Int32 { PQbackendPID(handle) }
    var needsReset: Bool { prepared.count >= PostgresConnection.statementLimit }

    /// Sends `text` together with the next statement; only constants of this driver.
    func sendAhead(_ text: String) {
        ahead.append(.plain(text, nil))
    }

    func sendAhead(_ text: String, _ parameters: PostgresParameters) {
        ahead.append(.plain(text, parameters))
    }

    private func dropAhead() {
        ahead.removeAll(keepingCapacity: true)
        preparing.removeAll(keepingCapacity: true)
    }

    /// Sends a statement together with the next one that is waited for; its fault is that one's fault.
    func sendAhead(_ sql: SQL, _ values: [SQLValue], cached: Bool) throws {
        guard values.count == sql.bindingOrder.count else {
            throw StorageError.statement(
                "\(values.count) parameters for \(sql.bindingOrder.count) placeholders: \(sql.text)")
        }
        let parameters = try PostgresParameters(values)
        if let name = prepared[sql]?.name ?? preparing[sql] {
            ahead.append(.execute(name: name, parameters))
            return
        }
        try TransactionControl.refuse(sql.text)
        guard cached else {
            ahead.append(.plain(sql.text, parameters))
            return
        }
        prepareCount += 1
        let name = "y\(prepareCount)"
        preparing[sql] = name
        ahead.append(.prepare(name: name, sql))
        ahead.append(.execute(name: name, parameters))
    }

    /// Sends all that waits and then `text`, and returns its tag.
    func run(_ text: String) throws -> String {
        ahead.append(.plain(text, nil))
        return try exchange().tag
    }

    /// - Parameter cached: keep the statement prepared for the next time.
    func run(_ sql: SQL, _ values: [SQLValue], cached: Bool) throws -> PostgresResult {
        try sendAhead(sql, values, cached: cached)
        return try exchange()
    }

    /// Sends all of them in one go.
    /// - Returns: for each the number of rows changed.
    func runAll(_ statements: [(SQL, [SQLValue])], cached: Bool) throws -> [Int] {
        var positions = [Int]()
        for (sql, values) in statements {
            try sendAhead(sql, values, cached: cached)
            positions.append(ahead.count - 1)
        }
        var counts = [Int](repeating: 0, count: statements.count)
        _ = try exchange { position, result in
            if let index = positions.firstIndex(of: position) { counts[index] = result.changedRows }
        }
        return counts
    }

    func rows(_ sql: SQL, _ values: [SQLValue], cached: Bool) throws -> [Row] {
        let result = try run(sql, values, cached: cached)
        var columns = prepared[sql]?.columns
        let wasKnown = columns != nil
        let rows = try result.rows(&columns)
        if !wasKnown { prepared[sql]?.columns = columns }
        return rows
    }

    /// Forgets all prepared statements, here and on the server; outside a transaction.
    func reset() throws {
        rollBack()
        prepared.removeAll()
        _ = try run("DEALLOCATE ALL")
        hasBegun = false
    }

    /// Ends the present transaction without keeping anything of it, if there is one.
    func rollBack() {
        dropAhead()
        if !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE { _ = try? run("ROLLBACK") }
        hasBegun = false
    }

    /// Ends the present transaction for good.
    ///
    /// - Throws: `PostgresFailure`; nothing was kept, unless `isLoss`, when nobody knows.
    func commit() throws {
        defer { rollBack() }
        let tag = try run("COMMIT")
        // To a transaction in which a statement failed the server answers with the tag ROLLBACK.
        guard tag == "COMMIT" else { throw PostgresFailure(state: "25P02", message: "the server rolled back") }
    }

    /// Sends everything that waits in one go and waits for all answers; the first fault counts.
    ///
    /// - Parameter each: gets the result of every command that went well, with its position.
    /// - Returns: the result of the last command.
    private func exchange(_ each: (Int, PostgresResult) -> Void = { _, _ in }) throws -> PostgresResult {
        let commands = ahead
        dropAhead()
        hasBegun = true
        for command in commands {
            guard send(command) == 1 else { throw PostgresFailure.lost(String(cString: PQerrorMessage(handle))) }
        }
        guard PQpipelineSync(handle) == 1 else { throw PostgresFailure.lost(String(cString: PQerrorMessage(handle))) }
        var failure: PostgresFailure?
        var final: PostgresResult?
        for (position, command) in commands.enumerated() {
            while let pointer = PQgetResult(handle) {
                let result = PostgresResult(pointer)
                switch result.status {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                    final = result
                    // It stays prepared even when its execution fails or is rolled back.
                    if case .prepare(let name, let sql) = command { prepared[sql] = Prepared(name: name) }
                    each(position, result)
                case PGRES_PIPELINE_ABORTED: continue
                default: failure = failure ?? result.failure
                }
                if isBroken { throw failure ?? .lost("the server closed the connection") }
            }
            if isBroken { throw failure ?? .lost("the server closed the connection") }
        }
        try readSync()
        if let failure { throw failure }
        guard let final else { throw PostgresFailure.lost("no answer") }
        return final
    }

    private func readSync() throws {
        guard let pointer = PQgetResult(handle) else {
            throw PostgresFailure.lost(String(cString: PQerrorMessage(handle)))
        }
        guard PostgresResult(pointer).status == PGRES_PIPELINE_SYNC else {
            throw PostgresFailure.lost("answers out of step")
        }
    }

    private func send(_ command: Command) -> Int32 {
        switch command {
        case .plain(let text, let parameters):
            guard let parameters else { return PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0) }
            return parameters.withPointers {
                PQsendQueryParams(handle, text, parameters.count, nil, $0, nil, nil, 0)
            }
        case .prepare(let name, let sql):
            return PQsendPrepare(handle, name, sql.text, 0, nil)
        case .execute(let name, let parameters):
            return parameters.withPointers { PQsendQueryPrepared(handle, name, parameters.count, $0, nil, nil, 0) }
        }
    }
}
