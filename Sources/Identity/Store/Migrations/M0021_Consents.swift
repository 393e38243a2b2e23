import Storage

/// What people have allowed a system to have: one row for each thing, so that allowing more never
/// rewrites what was allowed before and two windows cannot undo one another.
enum M0021Consents {
    static let migration = Migration(
        "identity/0021-consents",
        [
            """
            CREATE TABLE identity_consent (
                person_id TEXT NOT NULL REFERENCES identity_person (id),
                client_id TEXT NOT NULL,
                item TEXT NOT NULL,
                granted_at_ms BIGINT NOT NULL,
                PRIMARY KEY (person_id, client_id, item)
            )
            """,
            "CREATE INDEX identity_consent_client ON identity_consent (client_id)",
            "CREATE INDEX identity_relying_session_person ON identity_relying_session (person_id, client_id)",
        ])
}
