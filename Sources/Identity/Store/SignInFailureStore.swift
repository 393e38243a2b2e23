import Core
import Storage

/// Rows of `identity_sign_in_failure` and `identity_known_device`.
enum SignInFailureStore {
    private static let find = SQL(
        "SELECT failures, window_ends_at_ms FROM identity_sign_in_failure WHERE bucket = $1 AND window_ends_at_ms > $2")
    /// Counts inside the window; a window that has ended starts anew.
    private static let count = SQL(
        """
        INSERT INTO identity_sign_in_failure AS f (bucket, failures, window_ends_at_ms) VALUES ($1, 1, $2)
        ON CONFLICT (bucket) DO UPDATE SET
            failures = CASE WHEN f.window_ends_at_ms > $3 THEN f.failures + 1 ELSE 1 END,
            window_ends_at_ms = CASE WHEN f.window_ends_at_ms > $3 THEN f.window_ends_at_ms
                ELSE excluded.window_ends_at_ms END
        RETURNING failures
        """)
    private static let uncount = SQL(
        "UPDATE identity_sign_in_failure SET failures = failures - 1 WHERE bucket = $1 AND failures > 1")
    private static let forget = SQL("DELETE FROM identity_sign_in_failure WHERE bucket = $1")
    private static let isKnown = SQL(
        "SELECT 1 AS known FROM identity_known_device WHERE device_hash = $1 AND person_id = $2")
    private static let remember = SQL(
        """
        INSERT INTO identity_known_device (device_hash, person_id, first_seen_at_ms, last_seen_at_ms)
        VALUES ($1, $2, $3, $3)
        ON CONFLICT (device_hash, person_id) DO UPDATE SET last_seen_at_ms = excluded.last_seen_at_ms
        """)

    struct Counter: Sendable {
        let failures: Int
        let windowEnds: Instant
    }

    static func find(_ bucket: String, at now: Instant, in statements: any Statements) throws -> Counter? {
        try statements.first(find, bucket, now).map {
            Counter(failures: try $0.int("failures"), windowEnds: try $0.instant("window_ends_at_ms"))
        }
    }

    /// - Returns: how many there are now, this one among them.
    @discardableResult
    static func count(_ bucket: String, windowEnds: Instant, at now: Instant, in transaction: any Transaction) throws
        -> Int
    {
        try transaction.first(count, bucket, windowEnds, now)?.int("failures") ?? 0
    }

    static func uncount(_ bucket: String, in transaction: any Transaction) throws {
        try transaction.execute(uncount, bucket)
    }

    static func forget(_ bucket: String, in transaction: any Transaction) throws {
        try transaction.execute(forget, bucket)
    }

    static func isKnown(device: String, person: String, in statements: any Statements) throws -> Bool {
        try statements.first(isKnown, device, person) != nil
    }

    static func remember(device: String, person: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(remember, device, person, now)
    }
}
