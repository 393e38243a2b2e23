import Storage

/// Access tokens that are handles: what they stand for, sealed, by the digest of the handle.
enum M0031OpaqueTokens {
    static let migration = Migration(
        "identity/0031-opaque-tokens",
        [
            """
            CREATE TABLE identity_access_token (
                token_hash TEXT PRIMARY KEY,
                sealed_claims TEXT NOT NULL,
                expires_at_ms BIGINT NOT NULL
            )
            """,
            "CREATE INDEX identity_access_token_expiry ON identity_access_token (expires_at_ms)",
        ])
}
