import Storage

/// Finds registrations that nobody approved and spent initial tokens without reading the others.
enum M0053CleanupOfRegistrations {
    static let migration = Migration(
        "identity/0053-cleanup-of-registrations",
        [
            "CREATE INDEX identity_client_pending ON identity_client (updated_at_ms) WHERE state = 'pending'",
            "CREATE INDEX identity_initial_token_spent ON identity_initial_token (expires_at_ms) WHERE uses_left = 0",
        ])
}
