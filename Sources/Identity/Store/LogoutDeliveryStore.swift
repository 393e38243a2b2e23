import Core
import Storage

/// Rows of `identity_logout_delivery`: one for each system that is to be told over the back channel.
enum LogoutDeliveryStore {
    private static let columns =
        "id, logout_id, sid, person_id, client_id, state, attempts, last_fault, ended_at_ms, settled_at_ms"
    private static let insert = SQL(
        """
        INSERT INTO identity_logout_delivery (id, logout_id, sid, person_id, client_id, state, attempts, ended_at_ms)
        VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6)
        """)
    private static let settle = SQL(
        """
        UPDATE identity_logout_delivery SET state = $2, attempts = $3, last_fault = $4, settled_at_ms = $5
        WHERE id = $1 AND state = 'waiting'
        """)
    private static let fail = SQL(
        """
        UPDATE identity_logout_delivery SET attempts = $2, last_fault = $3 WHERE id = $1 AND state = 'waiting'
        """)
    private static let ofLogout = SQL(
        "SELECT \(columns) FROM identity_logout_delivery WHERE logout_id = $1 ORDER BY id LIMIT 1000")
    private static let ofPerson = SQL(
        """
        SELECT \(columns) FROM identity_logout_delivery WHERE person_id = $1 ORDER BY ended_at_ms DESC, id LIMIT $2
        """)

    static func add(
        _ id: String, logout: String, session: RelyingSession, at now: Instant, in transaction: any Transaction
    ) throws {
        try transaction.execute(insert, id, logout, session.sid, session.personID, session.clientID, now)
    }

    /// - Parameters:
    ///   - fault: why the system could not be told; `nil` when it was.
    ///   - isFinal: whether no further attempt will be made.
    static func record(
        _ id: String, attempt: Int, fault: String?, isFinal: Bool, at now: Instant, in transaction: any Transaction
    ) throws {
        guard let fault else {
            return _ = try transaction.execute(settle, id, "told", attempt, nil as String?, now)
        }
        if isFinal {
            try transaction.execute(settle, id, "given-up", attempt, fault, now)
        } else {
            try transaction.execute(fail, id, attempt, fault)
        }
    }

    static func list(logout: String, in statements: any Statements) throws -> [LogoutDelivery] {
        try statements.query(ofLogout, logout).map(delivery)
    }

    /// The newest first.
    static func list(person: String, atMost limit: Int, in statements: any Statements) throws -> [LogoutDelivery] {
        try statements.query(ofPerson, person, limit).map(delivery)
    }

    private static func delivery(_ row: Row) throws -> LogoutDelivery {
        LogoutDelivery(
            logoutID: try row.text("logout_id"), sid: try row.text("sid"), clientID: try row.text("client_id"),
            state: try row.raw("state"), attempts: try row.int("attempts"),
            lastFault: try row.optionalText("last_fault"), endedAt: try row.instant("ended_at_ms"),
            settledAt: try row.optionalInstant("settled_at_ms"))
    }
}
