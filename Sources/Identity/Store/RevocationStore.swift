import Core
import Storage

/// Rows of `identity_revocation`: grants and sessions whose access tokens must not be taken any
/// more although they have not expired. Every process keeps the few live rows in memory.
enum RevocationStore {
    static let channel = "identity_revocation"
    private static let insert = SQL(
        """
        INSERT INTO identity_revocation (subject, revoked_at_ms, expires_at_ms) VALUES ($1, $2, $3)
        ON CONFLICT (subject) DO UPDATE SET expires_at_ms = excluded.expires_at_ms
        """)
    private static let restore = SQL("DELETE FROM identity_revocation WHERE subject = $1")
    private static let live = SQL("SELECT subject, expires_at_ms FROM identity_revocation WHERE expires_at_ms > $1")

    /// Longer than any access token lives (§ tokens: ten minutes), clock differences included.
    static let life = Duration.minutes(15)

    /// - Parameter subject: `sid` of a relying session, id of a grant, `jti` of one token, or the `sub` of a client.
    static func revoke(_ subject: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(insert, subject, now, now + life)
        try transaction.notify(channel, subject)
    }

    /// A client that is registered again may have tokens again.
    static func restore(_ subject: String, in transaction: any Transaction) throws {
        if try transaction.execute(restore, subject) > 0 { try transaction.notify(channel, subject) }
    }

    static func live(at now: Instant, in statements: any Statements) throws -> [String: Instant] {
        try statements.query(live, now).reduce(into: [:]) { result, row in
            result[try row.text("subject")] = try row.instant("expires_at_ms")
        }
    }
}
