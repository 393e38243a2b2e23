extension StorageMigrations {
    /// Messages that must leave the database: written with the change that causes them, removed
    /// when delivered. `lease` names the relay that is delivering one until `leased_until_ms`.
    static let outbox = Migration(
        "storage/0001-outbox",
        [
            """
            CREATE TABLE storage_outbox (
                id TEXT PRIMARY KEY,
                topic TEXT NOT NULL,
                payload TEXT NOT NULL,
                attempt BIGINT NOT NULL CHECK (attempt >= 0),
                available_at_ms BIGINT NOT NULL,
                lease TEXT,
                leased_until_ms BIGINT NOT NULL,
                last_error TEXT,
                given_up_at_ms BIGINT
            )
            """,
            """
            CREATE INDEX storage_outbox_due ON storage_outbox (topic, available_at_ms) WHERE given_up_at_ms IS NULL
            """,
        ])
}
