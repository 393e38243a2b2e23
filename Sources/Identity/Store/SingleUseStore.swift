import Core
import Storage

/// Rows of `identity_single_use`: what has been presented once and must not be again, on any process.
enum SingleUseStore {
    private static let claim = SQL(
        """
        INSERT INTO identity_single_use (kind, key_hash, expires_at_ms) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING kind
        """)

    /// - Returns: false when somebody was first.
    static func claim(_ kind: SingleUse.Kind, _ hash: String, until expires: Instant, in transaction: any Transaction)
        throws -> Bool
    {
        try transaction.first(claim, kind.rawValue, hash, expires) != nil
    }
}
