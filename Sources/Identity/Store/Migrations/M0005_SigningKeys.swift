import Storage

/// Signing keys; the partial unique indexes let two processes rotate at once without harm.
enum M0005SigningKeys {
    static let migration = Migration(
        "identity/0005-signing-keys",
        [
            """
            CREATE TABLE identity_signing_key (
                kid TEXT PRIMARY KEY,
                algorithm TEXT NOT NULL,
                sealed_private TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retiring')),
                created_at_ms BIGINT NOT NULL,
                activated_at_ms BIGINT,
                retired_at_ms BIGINT,
                CHECK ((state = 'next') = (activated_at_ms IS NULL)),
                CHECK ((state = 'retiring') = (retired_at_ms IS NOT NULL))
            )
            """,
            "CREATE UNIQUE INDEX identity_signing_key_active ON identity_signing_key (algorithm) WHERE state = 'active'",
            "CREATE UNIQUE INDEX identity_signing_key_next ON identity_signing_key (algorithm) WHERE state = 'next'",
        ])
}
