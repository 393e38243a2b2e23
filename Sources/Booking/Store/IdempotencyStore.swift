import Core
import Storage

/// An answer that can be kept beside the key of its request and given again.
protocol StoredAnswer: Sendable {
    var stored: JSONValue { get }
    init?(stored: JSONValue)
}

/// One request that may be repeated: the caller, the operation, the caller's key and what was asked.
struct RequestKey: Sendable, Hashable {
    let principal: String
    let route: String
    let key: String
    let hash: String

    /// - Parameter content: everything the request says, in one canonical text.
    init?(_ key: String?, principal: Principal, route: String, content: String, hash: (String) -> String) {
        guard let key else { return nil }
        self.principal = principal.clientID + "/" + principal.subject
        self.route = route
        self.key = key
        self.hash = hash(content)
    }
}

enum IdempotencyStore {
    private static let keep = Insertion(
        into: "booking_idempotency",
        ["principal", "route", "request_key", "request_hash", "status", "answer", "created_at_ms"])

    /// Keeps the answer in the transaction that makes it true; where the key has an answer already, or is
    /// getting one from another process, the transaction fails with a constraint that `isTaken` knows.
    static func keep(_ answer: some StoredAnswer, for key: RequestKey, at now: Instant, in tx: any Transaction) throws {
        let text = String(decoding: answer.stored.encoded(), as: UTF8.self)
        try tx.insertAtEnd(
            keep,
            [
                .text(key.principal), .text(key.route), .text(key.key), .text(key.hash), .integer(201), .text(text),
                now.sqlValue,
            ])
    }

    static func isTaken(_ error: any Error) -> Bool {
        guard case StorageError.constraint(let name) = error else { return false }
        return name.contains("booking_idempotency")
    }

    private static let find: SQL = """
        SELECT request_hash, answer FROM booking_idempotency
        WHERE principal = $1 AND route = $2 AND request_key = $3
        """

    /// The first answer to this key; `nil` when there is none.
    ///
    /// - Throws: `idempotency-mismatch` for the key of another request.
    static func replay<Answer: StoredAnswer>(
        _ key: RequestKey, as type: Answer.Type, in db: any Statements
    ) throws -> Answer? {
        guard let row = try db.first(find, key.principal, key.route, key.key) else { return nil }
        guard try row.text("request_hash") == key.hash else { throw Problem(.idempotencyMismatch) }
        guard let value = try? JSONParser.parse(try row.text("answer")), let answer = Answer(stored: value) else {
            throw StorageError.unexpectedColumn("answer")
        }
        return answer
    }

    private static let purge: SQL = """
        DELETE FROM booking_idempotency WHERE created_at_ms < $1
        """

    static func purge(before time: Instant, in tx: any Transaction) throws {
        try tx.execute(purge, time)
    }
}

extension BookingDatabase {
    /// The answer that was given to this key before; `nil` without a key or an answer.
    func first<Answer: StoredAnswer>(_ key: RequestKey?, as type: Answer.Type) async throws -> Answer? {
        guard let key else { return nil }
        return try await read { try IdempotencyStore.replay(key, as: Answer.self, in: $0) }
    }

    /// Runs `body` at most once for a key; every later call gets the first answer.
    func once<Answer: StoredAnswer>(
        _ key: RequestKey?, combining hot: CallLane? = nil, at now: Instant,
        _ body: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        guard let key else { return try await transaction(combining: hot, body) }
        // A repetition would undo the whole group of callers whose commit it shares.
        if recent.contains(key), let first = try await first(key, as: Answer.self) { return first }
        do {
            let answer = try await transaction(combining: hot) { tx in
                let answer = try body(tx)
                try IdempotencyStore.keep(answer, for: key, at: now, in: tx)
                return answer
            }
            recent.insert(key)
            return answer
        } catch {
            // A refusal may only mean that the first call has taken what this one asks for again.
            let first = try await read { try IdempotencyStore.replay(key, as: Answer.self, in: $0) }
            if let first { return first }
            if IdempotencyStore.isTaken(error) { throw Problem.busy() }
            throw error
        }
    }
}
