import Core
import Storage

/// Calls to windows; two partial unique indexes allow one open call per ticket and per window.
enum CallStore {
    enum Outcome: String, Sendable {
        case done, skipped, left, parked, transferred, takenBack
    }

    private static let open: SQL = """
        INSERT INTO booking_call (id, ticket_id, window_id, hall, officer, opened_at_ms, last_called_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING
        """

    /// - Returns: `false` when the window or the ticket has an open call already.
    static func open(
        id: String, ticket: String, window: String, hall: String, officer: String, at now: Instant,
        in tx: any Transaction
    ) throws -> Bool {
        try tx.execute(open, id, ticket, window, hall, officer, now) == 1
    }

    private static let recall: SQL = """
        UPDATE booking_call SET recalls = recalls + 1, last_called_at_ms = $3
        WHERE ticket_id = $1 AND officer = $2 AND closed_at_ms IS NULL AND started_at_ms IS NULL AND recalls < $4
            AND last_called_at_ms <= $5
        """

    /// - Returns: `false` when it was called too often, too recently, or by somebody else.
    static func recall(
        ticket: String, officer: String, limit: Int, notSince: Instant, at now: Instant, in tx: any Transaction
    ) throws -> Bool {
        try tx.execute(recall, ticket, officer, now, limit, notSince) == 1
    }

    private static let start: SQL = """
        UPDATE booking_call SET started_at_ms = $3
        WHERE ticket_id = $1 AND officer = $2 AND closed_at_ms IS NULL AND started_at_ms IS NULL
        """

    static func start(ticket: String, officer: String, at now: Instant, in tx: any Transaction) throws -> Bool {
        try tx.execute(start, ticket, officer, now) == 1
    }

    private static let close: SQL = """
        UPDATE booking_call SET closed_at_ms = $3, outcome = $4
        WHERE ticket_id = $1 AND officer = $2 AND closed_at_ms IS NULL
        """
    private static let closeAny: SQL = """
        UPDATE booking_call SET closed_at_ms = $2, outcome = $3 WHERE ticket_id = $1 AND closed_at_ms IS NULL
        """

    /// - Returns: `false` when the officer has no open call of this ticket.
    static func close(
        ticket: String, officer: String, _ outcome: Outcome, at now: Instant, in tx: any Transaction
    ) throws -> Bool {
        try tx.execute(close, ticket, officer, now, outcome.rawValue) == 1
    }

    static func closeAny(ticket: String, _ outcome: Outcome, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(closeAny, ticket, now, outcome.rawValue)
    }
}
