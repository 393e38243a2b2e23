import Storage

/// The state of a client, a version for edits that must not overwrite one another, and registration by systems
/// themselves (RFC 7591, RFC 7592).
enum M0010ClientRecords {
    static let migration = Migration(
        "identity/0010-client-records",
        [
            """
            ALTER TABLE identity_client ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
            CHECK (state IN ('active', 'pending', 'disabled'))
            """,
            "ALTER TABLE identity_client ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
            """
            ALTER TABLE identity_client ADD COLUMN origin TEXT NOT NULL DEFAULT 'operator'
            CHECK (origin IN ('operator', 'token', 'open'))
            """,
            "ALTER TABLE identity_client ADD COLUMN registration_hash TEXT",
            "CREATE UNIQUE INDEX identity_client_registration ON identity_client (registration_hash)",
            """
            CREATE TABLE identity_initial_token (
                id TEXT PRIMARY KEY,
                token_hash TEXT NOT NULL UNIQUE,
                label TEXT NOT NULL,
                require_pkce BOOLEAN NOT NULL,
                uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
                created_by TEXT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL
            )
            """,
        ])
}
