import Core
import Storage

/// Rows of `identity_sso_session`.
enum SSOSessionStore {
    private static let columns = """
        id, person_id, device_label, acr, amr, authenticated_at_ms, created_at_ms, last_seen_at_ms, idle_ends_at_ms,
        ends_at_ms
        """
    /// Live: not ended, not idle too long, not too old, and the person still active.
    private static let live = """
        ended_at_ms IS NULL AND idle_ends_at_ms > $2 AND ends_at_ms > $2 AND EXISTS
        (SELECT 1 FROM identity_person p WHERE p.id = identity_sso_session.person_id AND p.state = 'active')
        """
    private static let byHandle = SQL(
        "SELECT \(columns) FROM identity_sso_session WHERE handle_hash = $1 AND \(live)")
    private static let openByHandle = SQL(
        "SELECT \(columns) FROM identity_sso_session WHERE handle_hash = $1 AND ended_at_ms IS NULL")
    private static let byPerson = SQL(
        """
        SELECT \(columns) FROM identity_sso_session WHERE person_id = $1 AND \(live)
        ORDER BY last_seen_at_ms DESC, id LIMIT 100
        """)
    private static let insert = SQL(
        """
        INSERT INTO identity_sso_session (id, handle_hash, person_id, device_hash, device_label, acr, amr,
            authenticated_at_ms, created_at_ms, last_seen_at_ms, idle_ends_at_ms, ends_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $11, $8, $8, $9, $10)
        """)
    /// A fresh sign-in of the same person in the same browser keeps the tree and changes the handle.
    private static let renew = SQL(
        """
        UPDATE identity_sso_session
        SET handle_hash = $3, acr = $5, amr = $6, authenticated_at_ms = $2, last_seen_at_ms = $2,
            idle_ends_at_ms = $7, ends_at_ms = $8, device_hash = $9, device_label = $10
        WHERE handle_hash = $1 AND person_id = $4 AND \(live)
        RETURNING \(columns)
        """)
    private static let touch = SQL(
        """
        UPDATE identity_sso_session SET last_seen_at_ms = $2, idle_ends_at_ms = $3
        WHERE id = $1 AND \(live) RETURNING id
        """)
    private static let end = SQL(
        """
        UPDATE identity_sso_session SET ended_at_ms = $2 WHERE id = $1 AND ended_at_ms IS NULL RETURNING person_id
        """)
    private static let open = SQL("SELECT id FROM identity_sso_session WHERE id = $1 AND ended_at_ms IS NULL")
    private static let liveOfPerson = SQL(
        "SELECT id FROM identity_sso_session WHERE person_id = $1 AND ended_at_ms IS NULL ORDER BY id")

    static func find(handleHash: String, at now: Instant, in statements: any Statements) throws -> SSOSession? {
        try statements.first(byHandle, handleHash, now).map(session)
    }

    /// Also a session that has gone idle: nobody can use it any more, but the systems under it still have to be told
    /// when the person signs out.
    static func findOpen(handleHash: String, in statements: any Statements) throws -> SSOSession? {
        try statements.first(openByHandle, handleHash).map(session)
    }

    static func list(person: String, at now: Instant, in statements: any Statements) throws -> [SSOSession] {
        try statements.query(byPerson, person, now).map(session)
    }

    struct Opening: Sendable {
        let id: String
        let handleHash: String
        let person: String
        let deviceHash: String
        let deviceLabel: String
        let acr: AssuranceLevel
        let amr: [String]
        let idleEnds: Instant
        let ends: Instant
    }

    /// - Parameter authenticatedAt: when the person proved who they are; `nil` for just now.
    static func open(
        _ opening: Opening, authenticatedAt: Instant? = nil, at now: Instant, in transaction: any Transaction
    ) throws {
        try transaction.execute(
            insert, opening.id, opening.handleHash, opening.person, opening.deviceHash, opening.deviceLabel,
            opening.acr.rawValue, TextList.encode(opening.amr), now, opening.idleEnds, opening.ends,
            authenticatedAt ?? now)
    }

    /// - Returns: the session with its new handle, or `nil` when the old handle is not a live
    ///   session of this person.
    static func renew(
        oldHandleHash: String, as opening: Opening, at now: Instant, in transaction: any Transaction
    ) throws -> SSOSession? {
        try transaction.first(
            renew, oldHandleHash, now, opening.handleHash, opening.person, opening.acr.rawValue,
            TextList.encode(opening.amr), opening.idleEnds, opening.ends, opening.deviceHash, opening.deviceLabel
        ).map(session)
    }

    /// - Returns: false when the session has ended meanwhile. Holds the row until the transaction
    ///   ends, so that a sign-out waits for what is issued now and then ends that too.
    static func touch(_ id: String, idleEnds: Instant, at now: Instant, in transaction: any Transaction) throws -> Bool
    {
        try transaction.first(touch, id, now, idleEnds) != nil
    }

    /// - Returns: the person, or `nil` when the session had ended already.
    static func end(_ id: String, at now: Instant, in transaction: any Transaction) throws -> String? {
        try transaction.first(end, id, now)?.text("person_id")
    }

    static func isOpen(_ id: String, in statements: any Statements) throws -> Bool {
        try statements.first(open, id) != nil
    }

    static func openSessions(of person: String, in statements: any Statements) throws -> [String] {
        try statements.query(liveOfPerson, person).map { try $0.text("id") }
    }

    private static func session(_ row: Row) throws -> SSOSession {
        SSOSession(
            id: try row.text("id"), personID: try row.text("person_id"), deviceLabel: try row.text("device_label"),
            acr: try row.raw("acr"), amr: try TextList.decode(row.text("amr")),
            authenticatedAt: try row.instant("authenticated_at_ms"), createdAt: try row.instant("created_at_ms"),
            lastSeenAt: try row.instant("last_seen_at_ms"))
    }
}
