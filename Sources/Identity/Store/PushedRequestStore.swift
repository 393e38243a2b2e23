import Core
import Storage

/// Rows of `identity_pushed_request`. The reference itself is never stored, only its digest.
enum PushedRequestStore {
    private static let insert = SQL(
        """
        INSERT INTO identity_pushed_request (handle_hash, client_id, request, created_at_ms, expires_at_ms,
            kept_until_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        """)
    private static let find = SQL(
        "SELECT request, expires_at_ms, used_at_ms FROM identity_pushed_request WHERE handle_hash = $1")
    /// The gate: of any number of answers on any number of processes, one gets a row back.
    private static let use = SQL(
        """
        UPDATE identity_pushed_request SET used_at_ms = $2
        WHERE handle_hash = $1 AND used_at_ms IS NULL RETURNING handle_hash
        """)

    struct Found: Sendable {
        let request: AuthorizationRequest
        let expiresAt: Instant
        let usedAt: Instant?
    }

    static func add(
        _ request: AuthorizationRequest, hash: String, expires: Instant, keptUntil: Instant, at now: Instant,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            insert, hash, request.clientID, try JSONColumn.encode(request), now, expires, keptUntil)
    }

    static func find(_ hash: String, in statements: any Statements) throws -> Found? {
        guard let row = try statements.first(find, hash) else { return nil }
        return Found(
            request: try JSONColumn.decode(row.text("request")), expiresAt: try row.instant("expires_at_ms"),
            usedAt: try row.optionalInstant("used_at_ms"))
    }

    /// - Returns: false when another answer was faster.
    static func use(_ hash: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(use, hash, now) != nil
    }
}
