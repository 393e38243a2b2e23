import Storage

/// Finds what is to be ended when a client is removed.
enum M0050ClientGrants {
    static let migration = Migration(
        "identity/0050-client-grants",
        [
            """
            CREATE INDEX identity_refresh_family_client ON identity_refresh_family (client_id)
            WHERE revoked_at_ms IS NULL
            """,
            """
            CREATE INDEX identity_relying_session_of_client ON identity_relying_session (client_id)
            WHERE ended_at_ms IS NULL
            """,
        ])
}
