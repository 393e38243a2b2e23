import Storage

/// What may be presented once: ids of client assertions, request objects and DPoP proofs.
enum M0030SingleUse {
    static let migration = Migration(
        "identity/0030-single-use",
        [
            """
            CREATE TABLE identity_single_use (
                kind TEXT NOT NULL,
                key_hash TEXT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                PRIMARY KEY (key_hash, kind)
            )
            """,
            "CREATE INDEX identity_single_use_expiry ON identity_single_use (expires_at_ms)",
        ])
}
