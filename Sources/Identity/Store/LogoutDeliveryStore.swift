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
    /// An operator had the message sent again after it had been given up.
    private static let tellAfterAll = SQL(
        """
        UPDATE identity_logout_delivery SET state = 'told', attempts = attempts + $2, last_fault = NULL, settled_at_ms = $3
        WHERE id = $1 AND state = 'given-up'
        """)
    private static let fail = SQL(
        """
        UPDATE identity_logout_delivery SET attempts = $2, last_fault = $3 WHERE id = $1 AND state = 'waiting'
        """)
    /// One row of the sign-out for all of its deliveries, so that of two that end at once one sees the other.
    private static let hold = SQL(
        """
        UPDATE identity_logout_delivery SET attempts = attempts WHERE id =
        (SELECT min(s.id) FROM identity_logout_delivery d JOIN identity_logout_delivery s ON s.logout_id = d.logout_id
        WHERE d.id = $1)
        """)
    private static let anyWaiting = SQL(
        """
        SELECT s.id FROM identity_logout_delivery d JOIN identity_logout_delivery s ON s.logout_id = d.logout_id
        WHERE d.id = $1 AND s.state = 'waiting' LIMIT 1
        """)
    private static let outcome = SQL(
        """
        SELECT min(s.ended_at_ms) AS ended_at_ms, max(s.settled_at_ms) AS settled_at_ms,
            count(*) FILTER (WHERE s.state = 'given-up') AS given_up
        FROM identity_logout_delivery d JOIN identity_logout_delivery s ON s.logout_id = d.logout_id WHERE d.id = $1
        """)
    private static let ofLogout = SQL(
        "SELECT \(columns) FROM identity_logout_delivery WHERE logout_id = $1 ORDER BY id LIMIT $2")
    /// Ids are in the order of time.
    private static let newest = SQL(
        "SELECT DISTINCT logout_id FROM identity_logout_delivery WHERE logout_id < $1 ORDER BY logout_id DESC LIMIT $2")
    private static let newestOfPerson = SQL(
        """
        SELECT DISTINCT logout_id FROM identity_logout_delivery WHERE person_id = $1 AND logout_id < $2
        ORDER BY logout_id DESC LIMIT $3
        """)
    /// Behind every id in any collation.
    private static let behindAll = "g"
    /// A person with more devices and systems than this is not looked at in one go.
    private static let mostSystems = 1000
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
    /// - Returns: how the sign-out ended when this was the last system of it; once for each sign-out.
    static func record(
        _ id: String, attempt: Int, fault: String?, isFinal: Bool, at now: Instant, in transaction: any Transaction
    ) throws -> LogoutEnd? {
        guard fault == nil || isFinal else {
            try transaction.execute(fail, id, attempt, fault)
            return nil
        }
        try transaction.execute(hold, id)
        let state = fault == nil ? LogoutDelivery.State.told : .givenUp
        guard try transaction.execute(settle, id, state.rawValue, attempt, fault, now) == 1 else {
            if fault == nil { try transaction.execute(tellAfterAll, id, attempt, now) }
            return nil
        }
        guard try transaction.first(anyWaiting, id) == nil, let row = try transaction.first(outcome, id) else {
            return nil
        }
        return LogoutEnd(
            took: try row.instant("settled_at_ms") - row.instant("ended_at_ms"),
            isComplete: try row.int("given_up") == 0)
    }

    static func list(logout: String, atMost limit: Int = mostSystems, in statements: any Statements) throws
        -> [LogoutDelivery]
    {
        try statements.query(ofLogout, logout, limit).map(delivery)
    }

    /// Ids of sign-outs that had systems to tell, the newest first.
    ///
    /// - Parameters:
    ///   - person: of this person alone.
    ///   - before: older than this one.
    static func logouts(of person: String?, before: String?, atMost limit: Int, in statements: any Statements) throws
        -> [String]
    {
        let before = before ?? behindAll
        let rows =
            if let person {
                try statements.query(newestOfPerson, person, before, limit)
            } else {
                try statements.query(newest, before, limit)
            }
        return try rows.map { try $0.text("logout_id") }
    }

    /// The newest first.
    static func list(person: String, atMost limit: Int, in statements: any Statements) throws -> [LogoutDelivery] {
        try statements.query(ofPerson, person, limit).map(delivery)
    }

    private static func delivery(_ row: Row) throws -> LogoutDelivery {
        LogoutDelivery(
            id: try row.text("id"), logoutID: try row.text("logout_id"), sid: try row.text("sid"),
            clientID: try row.text("client_id"),
            state: try row.raw("state"), attempts: try row.int("attempts"),
            lastFault: try row.optionalText("last_fault"), endedAt: try row.instant("ended_at_ms"),
            settledAt: try row.optionalInstant("settled_at_ms"))
    }
}
