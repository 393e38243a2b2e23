import Storage

/// What a person's consent to a client turned into: codes and refresh families.
enum M0004Grants {
    static let migration = Migration(
        "identity/0004-grants",
        [
            """
            CREATE TABLE identity_authorization_code (
                code_hash TEXT PRIMARY KEY,
                grant_id TEXT NOT NULL,
                client_id TEXT NOT NULL,
                person_id TEXT NOT NULL,
                sid TEXT NOT NULL,
                redirect_uri TEXT NOT NULL,
                code_challenge TEXT,
                scopes TEXT NOT NULL,
                nonce TEXT,
                acr TEXT NOT NULL,
                amr TEXT NOT NULL,
                authenticated_at_ms BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                redeemed_at_ms BIGINT
            )
            """,
            "CREATE INDEX identity_authorization_code_expiry ON identity_authorization_code (expires_at_ms)",
            """
            CREATE TABLE identity_refresh_family (
                id TEXT PRIMARY KEY,
                client_id TEXT NOT NULL,
                person_id TEXT NOT NULL,
                sid TEXT NOT NULL,
                offline BOOLEAN NOT NULL,
                scopes TEXT NOT NULL,
                acr TEXT NOT NULL,
                amr TEXT NOT NULL,
                authenticated_at_ms BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                ends_at_ms BIGINT NOT NULL,
                revoked_at_ms BIGINT,
                revoked_because TEXT
            )
            """,
            "CREATE INDEX identity_refresh_family_sid ON identity_refresh_family (sid)",
            """
            CREATE INDEX identity_refresh_family_person ON identity_refresh_family (person_id)
            WHERE revoked_at_ms IS NULL
            """,
            "CREATE INDEX identity_refresh_family_end ON identity_refresh_family (ends_at_ms)",
            """
            CREATE TABLE identity_refresh_token (
                token_hash TEXT PRIMARY KEY,
                family_id TEXT NOT NULL REFERENCES identity_refresh_family (id),
                generation BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                replaced_at_ms BIGINT
            )
            """,
            "CREATE UNIQUE INDEX identity_refresh_token_family ON identity_refresh_token (family_id, generation)",
            "CREATE INDEX identity_refresh_token_expiry ON identity_refresh_token (expires_at_ms)",
        ])
}
