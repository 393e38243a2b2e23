import Storage

/// Finds what is to be cleaned up in the order of time, without reading what lives.
enum M0051CleanupTimes {
    static let migration = Migration(
        "identity/0051-cleanup-times",
        [
            "CREATE INDEX identity_sso_session_end ON identity_sso_session (ends_at_ms)",
            "CREATE INDEX identity_client_logo_time ON identity_client_logo (fetched_at_ms)",
            "CREATE INDEX identity_initial_token_expiry ON identity_initial_token (expires_at_ms)",
        ])
}
