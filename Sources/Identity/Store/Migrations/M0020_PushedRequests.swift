import Storage

/// Pushed authorization requests: each answered once, and reloadable until then.
enum M0020PushedRequests {
    static let migration = Migration(
        "identity/0020-pushed-requests",
        [
            """
            CREATE TABLE identity_pushed_request (
                handle_hash TEXT PRIMARY KEY,
                client_id TEXT NOT NULL,
                request TEXT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                kept_until_ms BIGINT NOT NULL,
                used_at_ms BIGINT
            )
            """,
            "CREATE INDEX identity_pushed_request_kept ON identity_pushed_request (kept_until_ms)",
        ])
}
