import Core
import Storage

/// Rows of `identity_signing_key`.
enum SigningKeyStore {
    static let channel = "identity_keys"
    private static let all = SQL(
        """
        SELECT kid, algorithm, sealed_private, state, created_at_ms, activated_at_ms, retired_at_ms
        FROM identity_signing_key ORDER BY created_at_ms, kid
        """)
    private static let add = SQL(
        """
        INSERT INTO identity_signing_key (kid, algorithm, sealed_private, state, created_at_ms, activated_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """)
    private static let retire = SQL(
        """
        UPDATE identity_signing_key SET state = 'retiring', retired_at_ms = $2
        WHERE kid = $1 AND state = 'active' RETURNING kid
        """)
    private static let activate = SQL(
        """
        UPDATE identity_signing_key SET state = 'active', activated_at_ms = $2
        WHERE kid = $1 AND state = 'next' RETURNING kid
        """)
    private static let remove = SQL(
        "DELETE FROM identity_signing_key WHERE state = 'retiring' AND retired_at_ms < $1")

    struct Record: Sendable {
        enum State: String, Sendable { case next, active, retiring }
        let kid: String
        let algorithm: String
        let sealedPrivate: String
        let state: State
        let createdAt: Instant
        let activatedAt: Instant?
    }

    static func all(in statements: any Statements) throws -> [Record] {
        try statements.query(all).map { row in
            Record(
                kid: try row.text("kid"), algorithm: try row.text("algorithm"),
                sealedPrivate: try row.text("sealed_private"), state: try row.raw("state"),
                createdAt: try row.instant("created_at_ms"), activatedAt: try row.optionalInstant("activated_at_ms"))
        }
    }

    /// - Returns: false when another process has put a key in that place already.
    static func add(_ record: Record, in transaction: any Transaction) throws -> Bool {
        let added = try transaction.execute(
            add, record.kid, record.algorithm, record.sealedPrivate, record.state.rawValue, record.createdAt,
            record.activatedAt)
        if added == 1 { try transaction.notify(channel, record.kid) }
        return added == 1
    }

    /// Puts `next` in the place of `active`. Two processes doing it at once: one wins, the other
    /// finds nothing to do.
    static func promote(_ next: String, over active: String, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        guard try transaction.first(retire, active, now) != nil else { return false }
        guard try transaction.first(activate, next, now) != nil else {
            throw StorageError.statement("the next signing key vanished")
        }
        try transaction.notify(channel, next)
        return true
    }

    static func removeRetired(before instant: Instant, in transaction: any Transaction) throws -> Int {
        let removed = try transaction.execute(remove, instant)
        if removed > 0 { try transaction.notify(channel, "removed") }
        return removed
    }
}
