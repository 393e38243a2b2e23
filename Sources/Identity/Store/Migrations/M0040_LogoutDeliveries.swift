import Storage

/// Whether each system has been told that its session is over; `logout_id` groups what one sign-out ended.
enum M0040LogoutDeliveries {
    static let migration = Migration(
        "identity/0040-logout-deliveries",
        [
            """
            CREATE TABLE identity_logout_delivery (
                id TEXT PRIMARY KEY,
                logout_id TEXT NOT NULL,
                sid TEXT NOT NULL,
                person_id TEXT NOT NULL,
                client_id TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'told', 'given-up')),
                attempts BIGINT NOT NULL CHECK (attempts >= 0),
                last_fault TEXT,
                ended_at_ms BIGINT NOT NULL,
                settled_at_ms BIGINT,
                CHECK ((state = 'waiting') = (settled_at_ms IS NULL))
            )
            """,
            "CREATE INDEX identity_logout_delivery_logout ON identity_logout_delivery (logout_id)",
            "CREATE INDEX identity_logout_delivery_person ON identity_logout_delivery (person_id, ended_at_ms)",
            "CREATE INDEX identity_logout_delivery_ended ON identity_logout_delivery (ended_at_ms)",
        ])
}
