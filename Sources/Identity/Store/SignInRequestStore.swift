import Core
import Storage

/// Rows of `identity_sign_in_request`: one authorization request that waits for a person. Each tab
/// has its own, so ten open tabs end in ten right places.
enum SignInRequestStore {
    private static let insert = SQL(
        """
        INSERT INTO identity_sign_in_request (handle_hash, client_id, request, created_at_ms, expires_at_ms)
        VALUES ($1, $2, $3, $4, $5)
        """)
    private static let find = SQL(
        """
        SELECT request, completed_at_ms FROM identity_sign_in_request WHERE handle_hash = $1 AND expires_at_ms > $2
        """)
    private static let complete = SQL(
        """
        UPDATE identity_sign_in_request SET completed_at_ms = $2
        WHERE handle_hash = $1 AND completed_at_ms IS NULL AND expires_at_ms > $2 RETURNING client_id
        """)
    private static let change = SQL(
        """
        UPDATE identity_sign_in_request SET request = $3
        WHERE handle_hash = $1 AND completed_at_ms IS NULL AND expires_at_ms > $2 RETURNING client_id
        """)

    enum Found: Sendable {
        case waiting(AuthorizationRequest)
        /// The page was used already, for instance after the browser's back button.
        case completed(AuthorizationRequest)
        /// Unknown, or open for too long.
        case gone
    }

    static func add(
        _ request: AuthorizationRequest, handleHash: String, expires: Instant, at now: Instant,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            insert, handleHash, request.clientID, try JSONColumn.encode(request), now, expires)
    }

    static func find(_ handleHash: String, at now: Instant, in statements: any Statements) throws -> Found {
        guard let row = try statements.first(find, handleHash, now) else { return .gone }
        // A row of an earlier release that cannot be read any more: the person starts again.
        guard let request: AuthorizationRequest = try? JSONColumn.decode(row.text("request")) else { return .gone }
        return try row.optionalInstant("completed_at_ms") == nil ? .waiting(request) : .completed(request)
    }

    /// Keeps what the person has chosen on a page of this request.
    ///
    /// - Returns: false when the request has been answered or has expired meanwhile.
    static func change(
        _ handleHash: String, to request: AuthorizationRequest, at now: Instant, in transaction: any Transaction
    ) throws -> Bool {
        try transaction.first(change, handleHash, now, try JSONColumn.encode(request)) != nil
    }

    /// - Returns: false when another submission of the same page was faster.
    static func complete(_ handleHash: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(complete, handleHash, now) != nil
    }
}
