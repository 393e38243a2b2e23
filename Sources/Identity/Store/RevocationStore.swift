import Core
import Storage

/// Rows of `identity_revocation`: grants and sessions whose access tokens must not be taken any
/// more although they have not expired. Every process keeps the few live rows in memory.
enum RevocationStore {
    static let channel = "identity_revocation"
    private static let insert = SQL(
        """
        INSERT INTO identity_revocation (subject, revoked_at_ms, expires_at_ms) VALUES ($1, $2, $3)
        ON CONFLICT (subject) DO UPDATE SET revoked_at_ms = excluded.revoked_at_ms,
            expires_at_ms = excluded.expires_at_ms, restored_at_ms = NULL
        """)
    private static let restore = SQL(
        "UPDATE identity_revocation SET restored_at_ms = $2 WHERE subject = $1 AND restored_at_ms IS NULL")
    private static let live = SQL(
        """
        SELECT subject, revoked_at_ms, expires_at_ms, restored_at_ms FROM identity_revocation WHERE expires_at_ms > $1
        """)

    /// Longer than any access token lives (§ tokens: ten minutes), clock differences included.
    static let life = Duration.minutes(15)

    /// - Parameter subject: `sid` of a relying session, id of a grant, `jti` of one token, or the `sub` of a client.
    static func revoke(_ subject: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(insert, subject, now, now + life)
        try transaction.notify(channel, subject)
    }

    /// A client that works again, or is registered again, may have tokens again; those of before stay refused.
    static func restore(_ subject: String, at now: Instant, in transaction: any Transaction) throws {
        if try transaction.execute(restore, subject, now) > 0 { try transaction.notify(channel, subject) }
    }

    static func live(at now: Instant, in statements: any Statements) throws -> [String: Revocation] {
        try statements.query(live, now).reduce(into: [:]) { result, row in
            result[try row.text("subject")] = Revocation(
                revokedAt: try row.instant("revoked_at_ms"), expiresAt: try row.instant("expires_at_ms"),
                isRestored: try row.optionalInstant("restored_at_ms") != nil)
        }
    }
}
