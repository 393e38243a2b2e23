import Storage

/// The session tree: one row per browser, under it one row per system visited, and the sign-in
/// requests that wait for a person, one per tab.
enum M0002Sessions {
    static let migration = Migration(
        "identity/0002-sessions",
        [
            """
            CREATE TABLE identity_sso_session (
                id TEXT PRIMARY KEY,
                handle_hash TEXT NOT NULL,
                person_id TEXT NOT NULL REFERENCES identity_person (id),
                device_hash TEXT NOT NULL,
                device_label TEXT NOT NULL,
                acr TEXT NOT NULL,
                amr TEXT NOT NULL,
                authenticated_at_ms BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                last_seen_at_ms BIGINT NOT NULL,
                idle_ends_at_ms BIGINT NOT NULL,
                ends_at_ms BIGINT NOT NULL,
                ended_at_ms BIGINT
            )
            """,
            "CREATE UNIQUE INDEX identity_sso_session_handle ON identity_sso_session (handle_hash)",
            """
            CREATE INDEX identity_sso_session_person ON identity_sso_session (person_id)
            WHERE ended_at_ms IS NULL
            """,
            "CREATE INDEX identity_sso_session_idle ON identity_sso_session (idle_ends_at_ms) WHERE ended_at_ms IS NULL",
            "CREATE INDEX identity_sso_session_ended ON identity_sso_session (ended_at_ms)",
            """
            CREATE TABLE identity_relying_session (
                sid TEXT PRIMARY KEY,
                sso_session_id TEXT NOT NULL REFERENCES identity_sso_session (id),
                person_id TEXT NOT NULL,
                client_id TEXT NOT NULL,
                protocol TEXT NOT NULL CHECK (protocol IN ('oidc', 'cas', 'proxy')),
                created_at_ms BIGINT NOT NULL,
                last_used_at_ms BIGINT NOT NULL,
                ended_at_ms BIGINT
            )
            """,
            """
            CREATE UNIQUE INDEX identity_relying_session_client ON identity_relying_session
            (sso_session_id, client_id, protocol) WHERE ended_at_ms IS NULL
            """,
            "CREATE INDEX identity_relying_session_sso ON identity_relying_session (sso_session_id)",
            "CREATE INDEX identity_relying_session_ended ON identity_relying_session (ended_at_ms)",
            """
            CREATE TABLE identity_sign_in_request (
                handle_hash TEXT PRIMARY KEY,
                client_id TEXT NOT NULL,
                request TEXT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                completed_at_ms BIGINT
            )
            """,
            "CREATE INDEX identity_sign_in_request_expiry ON identity_sign_in_request (expires_at_ms)",
            """
            CREATE TABLE identity_revocation (
                subject TEXT PRIMARY KEY,
                revoked_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL
            )
            """,
            "CREATE INDEX identity_revocation_time ON identity_revocation (revoked_at_ms)",
            "CREATE INDEX identity_revocation_expiry ON identity_revocation (expires_at_ms)",
        ])
}
