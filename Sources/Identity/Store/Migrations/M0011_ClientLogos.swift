import Storage

/// Copies of the pictures that systems register, so that sign-in pages load nothing from elsewhere.
enum M0011ClientLogos {
    static let migration = Migration(
        "identity/0011-client-logos",
        [
            """
            CREATE TABLE identity_client_logo (
                client_id TEXT PRIMARY KEY,
                uri TEXT NOT NULL,
                digest TEXT NOT NULL,
                media_type TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp')),
                bytes TEXT NOT NULL,
                fetched_at_ms BIGINT NOT NULL
            )
            """,
            "CREATE INDEX identity_client_logo_digest ON identity_client_logo (digest)",
        ])
}
