import Storage

/// People, their passwords, the devices they have signed in from, and failed attempts.
enum M0001People {
    static let migration = Migration(
        "identity/0001-people",
        [
            """
            CREATE TABLE identity_person (
                id TEXT PRIMARY KEY,
                sealed_name TEXT NOT NULL,
                sealed_identity_number TEXT,
                identity_number_index TEXT,
                sealed_phone TEXT,
                phone_index TEXT,
                sign_in_name TEXT,
                assurance TEXT NOT NULL CHECK (assurance IN ('L0', 'L1', 'L2', 'L3', 'L4')),
                roles TEXT NOT NULL,
                hall TEXT,
                state TEXT NOT NULL CHECK (state IN ('active', 'locked', 'closed')),
                created_at_ms BIGINT NOT NULL,
                updated_at_ms BIGINT NOT NULL,
                CHECK ((sealed_identity_number IS NULL) = (identity_number_index IS NULL)),
                CHECK ((sealed_phone IS NULL) = (phone_index IS NULL))
            )
            """,
            """
            CREATE UNIQUE INDEX identity_person_identity_number ON identity_person (identity_number_index)
            WHERE state <> 'closed'
            """,
            "CREATE UNIQUE INDEX identity_person_phone ON identity_person (phone_index) WHERE state <> 'closed'",
            "CREATE UNIQUE INDEX identity_person_sign_in_name ON identity_person (sign_in_name)",
            """
            CREATE TABLE identity_password (
                person_id TEXT PRIMARY KEY REFERENCES identity_person (id),
                phc TEXT NOT NULL,
                changed_at_ms BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE identity_known_device (
                device_hash TEXT NOT NULL,
                person_id TEXT NOT NULL REFERENCES identity_person (id),
                first_seen_at_ms BIGINT NOT NULL,
                last_seen_at_ms BIGINT NOT NULL,
                PRIMARY KEY (device_hash, person_id)
            )
            """,
            "CREATE INDEX identity_known_device_last_seen ON identity_known_device (last_seen_at_ms)",
            """
            CREATE TABLE identity_sign_in_failure (
                bucket TEXT PRIMARY KEY,
                failures BIGINT NOT NULL CHECK (failures > 0),
                window_ends_at_ms BIGINT NOT NULL
            )
            """,
            "CREATE INDEX identity_sign_in_failure_window ON identity_sign_in_failure (window_ends_at_ms)",
        ])
}
