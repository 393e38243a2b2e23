import Core
import Storage

/// Rows of `identity_initial_token`; only digests of tokens.
enum InitialTokenStore {
    private static let columns = "id, label, require_pkce, uses_left, created_by, created_at_ms, expires_at_ms"
    private static let insert = SQL(
        """
        INSERT INTO identity_initial_token (id, token_hash, label, require_pkce, uses_left, created_by, created_at_ms,
            expires_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """)
    private static let list = SQL(
        """
        SELECT \(columns) FROM identity_initial_token WHERE uses_left > 0 AND expires_at_ms > $1
        ORDER BY created_at_ms DESC, id LIMIT 200
        """)
    private static let delete = SQL("DELETE FROM identity_initial_token WHERE id = $1")
    private static let find = SQL(
        "SELECT \(columns) FROM identity_initial_token WHERE token_hash = $1 AND uses_left > 0 AND expires_at_ms > $2")
    /// Each use is taken once, however many registrations run at a time.
    private static let use = SQL(
        """
        UPDATE identity_initial_token SET uses_left = uses_left - 1
        WHERE token_hash = $1 AND uses_left > 0 AND expires_at_ms > $2 RETURNING \(columns)
        """)

    static func add(_ token: InitialToken, hash: String, in transaction: any Transaction) throws {
        try transaction.execute(
            insert, token.id, hash, token.label, token.requirePKCE, token.usesLeft, token.createdBy, token.createdAt,
            token.expiresAt)
    }

    static func list(at now: Instant, in statements: any Statements) throws -> [InitialToken] {
        try statements.query(list, now).map(token)
    }

    static func remove(_ id: String, in transaction: any Transaction) throws -> Bool {
        try transaction.execute(delete, id) == 1
    }

    static func find(hash: String, at now: Instant, in statements: any Statements) throws -> InitialToken? {
        try statements.first(find, hash, now).map(token)
    }

    /// - Returns: `nil` for a token that is unknown, expired or used up.
    static func use(hash: String, at now: Instant, in transaction: any Transaction) throws -> InitialToken? {
        try transaction.first(use, hash, now).map(token)
    }

    private static func token(_ row: Row) throws -> InitialToken {
        InitialToken(
            id: try row.text("id"), label: try row.text("label"), requirePKCE: try row.boolean("require_pkce"),
            usesLeft: try row.int("uses_left"), createdBy: try row.text("created_by"),
            createdAt: try row.instant("created_at_ms"), expiresAt: try row.instant("expires_at_ms"))
    }
}
