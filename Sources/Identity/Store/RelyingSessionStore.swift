import Core
import Storage

/// Rows of `identity_relying_session`.
enum RelyingSessionStore {
    private static let columns = "sid, sso_session_id, person_id, client_id, last_used_at_ms"
    /// One live row for a system under a session: visiting again keeps the `sid`.
    private static let join = SQL(
        """
        INSERT INTO identity_relying_session
            (sid, sso_session_id, person_id, client_id, protocol, created_at_ms, last_used_at_ms)
        VALUES ($1, $2, $3, $4, 'oidc', $5, $5)
        ON CONFLICT (sso_session_id, client_id, protocol) WHERE ended_at_ms IS NULL
        DO UPDATE SET last_used_at_ms = excluded.last_used_at_ms
        RETURNING sid
        """)
    private static let touch = SQL(
        "UPDATE identity_relying_session SET last_used_at_ms = $2 WHERE sid = $1 AND ended_at_ms IS NULL RETURNING sid")
    private static let sessionEnd = SQL(
        """
        SELECT s.ends_at_ms FROM identity_relying_session r JOIN identity_sso_session s ON s.id = r.sso_session_id
        WHERE r.sid = $1
        """)
    private static let endUnder = SQL(
        """
        UPDATE identity_relying_session SET ended_at_ms = $2 WHERE sso_session_id = $1 AND ended_at_ms IS NULL
        RETURNING \(columns)
        """)
    private static let endOne = SQL(
        """
        UPDATE identity_relying_session SET ended_at_ms = $3
        WHERE sid = $1 AND person_id = $2 AND ended_at_ms IS NULL RETURNING \(columns)
        """)
    private static let endSome = SQL(
        """
        UPDATE identity_relying_session SET ended_at_ms = $2 WHERE sid IN
        (SELECT r.sid FROM identity_relying_session r WHERE r.client_id = $1 AND r.ended_at_ms IS NULL
        ORDER BY r.sid LIMIT $3)
        RETURNING \(columns)
        """)
    private static let list = SQL(
        """
        SELECT \(columns) FROM identity_relying_session WHERE sso_session_id = $1 AND ended_at_ms IS NULL
        ORDER BY last_used_at_ms DESC, sid LIMIT 100
        """)
    private static let openOfClient = SQL(
        """
        SELECT sid FROM identity_relying_session WHERE person_id = $1 AND client_id = $2 AND ended_at_ms IS NULL
        ORDER BY sid
        """)
    private static let find = SQL("SELECT \(columns) FROM identity_relying_session WHERE sid = $1")
    private static let isOpen = SQL(
        "SELECT sid FROM identity_relying_session WHERE sid = $1 AND ended_at_ms IS NULL")

    /// - Parameter newSID: used when the system has not been visited under this session yet.
    /// - Returns: the `sid` in force.
    static func join(
        session: SSOSession, client: String, newSID: String, at now: Instant, in transaction: any Transaction
    ) throws -> String {
        guard let row = try transaction.first(join, newSID, session.id, session.personID, client, now) else {
            throw StorageError.statement("a relying session was neither found nor made")
        }
        return try row.text("sid")
    }

    /// A system under a session that was opened for it alone.
    static func add(
        sid: String, under ssoSession: String, person: String, client: String, at now: Instant,
        in transaction: any Transaction
    ) throws {
        _ = try transaction.first(join, sid, ssoSession, person, client, now)
    }

    /// - Returns: false when the session has ended. Holds the row, so that a sign-out running at the
    ///   same time comes before or after the whole transaction.
    static func touch(_ sid: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(touch, sid, now) != nil
    }

    /// When the sign-in under which the system was visited ends at the latest.
    static func sessionEnd(of sid: String, in statements: any Statements) throws -> Instant? {
        try statements.first(sessionEnd, sid)?.instant("ends_at_ms")
    }

    static func endAll(under ssoSession: String, at now: Instant, in transaction: any Transaction) throws
        -> [RelyingSession]
    {
        try transaction.query(endUnder, ssoSession, now).map(session)
    }

    static func end(_ sid: String, of person: String, at now: Instant, in transaction: any Transaction) throws
        -> RelyingSession?
    {
        try transaction.first(endOne, sid, person, now).map(session)
    }

    /// Ends at most `limit` sessions of a client.
    static func endSome(client: String, limit: Int, at now: Instant, in transaction: any Transaction) throws
        -> [RelyingSession]
    {
        try transaction.query(endSome, client, now, limit).map(session)
    }

    static func list(under ssoSession: String, in statements: any Statements) throws -> [RelyingSession] {
        try statements.query(list, ssoSession).map(session)
    }

    /// The sessions of a person at one system, on whatever device.
    static func open(of person: String, client: String, in statements: any Statements) throws -> [String] {
        try statements.query(openOfClient, person, client).map { try $0.text("sid") }
    }

    static func isOpen(_ sid: String, in statements: any Statements) throws -> Bool {
        try statements.first(isOpen, sid) != nil
    }

    static func find(_ sid: String, in statements: any Statements) throws -> RelyingSession? {
        try statements.first(find, sid).map(session)
    }

    private static func session(_ row: Row) throws -> RelyingSession {
        RelyingSession(
            sid: try row.text("sid"), ssoSessionID: try row.text("sso_session_id"),
            personID: try row.text("person_id"), clientID: try row.text("client_id"),
            lastUsedAt: try row.instant("last_used_at_ms"))
    }
}
