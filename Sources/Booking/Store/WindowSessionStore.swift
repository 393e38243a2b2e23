import Core
import Storage

/// Who sits at which window; one open session per window.
///
/// The row is also the lock of its window: opening, closing and every act of the officer write it first, so on
/// PostgreSQL too they happen one after the other, and none decides by what another is about to change.
enum WindowSessionStore {
    struct Session: Sendable, Hashable {
        let window: String
        let queue: String
        let officer: String
        let openedAt: Instant
        /// When the officer last did something at the window, or looked at its desk.
        let seenAt: Instant
        /// When the officer last did something at the window.
        let actedAt: Instant
    }

    private static let columns = "window_id, queue, officer, opened_at_ms, seen_at_ms, acted_at_ms"

    private static let open: SQL = """
        INSERT INTO booking_window_session (id, window_id, hall, queue, officer, opened_at_ms, seen_at_ms, acted_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $6) ON CONFLICT DO NOTHING
        """

    /// - Returns: `false` when the window is open already.
    static func open(
        id: String, window: String, hall: String, queue: String, officer: String, at now: Instant,
        in tx: any Transaction
    ) throws -> Bool {
        try tx.execute(open, id, window, hall, queue, officer, now) == 1
    }

    private static let enter = SQL(
        """
        UPDATE booking_window_session SET seen_at_ms = CASE WHEN officer = $2 THEN $3 ELSE seen_at_ms END,
            acted_at_ms = CASE WHEN officer = $2 THEN $3 ELSE acted_at_ms END
        WHERE window_id = $1 AND closed_at_ms IS NULL
        RETURNING \(columns)
        """)

    /// Locks the window's session until the transaction ends, and notes that its officer acts.
    ///
    /// - Parameter officer: who acts; another than the one who opened the window changes nothing.
    /// - Returns: `nil` when the window is not open.
    static func enter(_ window: String, by officer: String, at now: Instant, in tx: any Transaction) throws -> Session?
    {
        try tx.first(enter, window, officer, now).map(session)
    }

    private static let look: SQL = """
        UPDATE booking_window_session SET seen_at_ms = $3
        WHERE window_id = $1 AND officer = $2 AND closed_at_ms IS NULL AND COALESCE(acted_at_ms, opened_at_ms) >= $4
        """

    /// Notes that the window's officer looks at its desk, if anything was done there since `earliest`.
    static func look(
        _ window: String, by officer: String, actedSince earliest: Instant, at now: Instant, in tx: any Transaction
    ) throws {
        try tx.execute(look, window, officer, now, earliest)
    }

    private static let close: SQL = """
        UPDATE booking_window_session SET closed_at_ms = $2 WHERE window_id = $1 AND closed_at_ms IS NULL
        """

    static func close(_ window: String, at now: Instant, in tx: any Transaction) throws -> Bool {
        try tx.execute(close, window, now) == 1
    }

    private static let byWindow = SQL(
        "SELECT \(columns) FROM booking_window_session WHERE window_id = $1 AND closed_at_ms IS NULL")
    private static let byQueue = SQL(
        """
        SELECT \(columns) FROM booking_window_session WHERE queue = $1 AND closed_at_ms IS NULL ORDER BY window_id
        """)

    static func current(_ window: String, in db: any Statements) throws -> Session? {
        try db.first(byWindow, window).map(session)
    }

    static func open(queue: String, in db: any Statements) throws -> [Session] {
        try db.query(byQueue, queue).map(session)
    }

    private static func session(_ row: Row) throws -> Session {
        let openedAt = try row.instant("opened_at_ms")
        return Session(
            window: try row.text("window_id"), queue: try row.text("queue"), officer: try row.text("officer"),
            openedAt: openedAt, seenAt: try row.optionalInstant("seen_at_ms") ?? openedAt,
            actedAt: try row.optionalInstant("acted_at_ms") ?? openedAt)
    }
}
