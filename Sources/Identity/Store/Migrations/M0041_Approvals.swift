import Storage

/// Requests that a person decides on another device than the one that gets the tokens: device
/// authorization (RFC 8628) and CIBA. `person_id` is known from the start for CIBA, from the
/// decision on for devices.
enum M0041Approvals {
    static let migration = Migration(
        "identity/0041-approvals",
        [
            """
            CREATE TABLE identity_approval (
                id TEXT PRIMARY KEY,
                request_hash TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('device', 'ciba')),
                user_code_index TEXT,
                client_id TEXT NOT NULL,
                person_id TEXT,
                scopes TEXT NOT NULL,
                terms TEXT NOT NULL,
                binding_message TEXT,
                sealed_notification TEXT,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'redeemed')),
                interval_seconds BIGINT NOT NULL CHECK (interval_seconds > 0),
                polled_at_ms BIGINT,
                grant_id TEXT,
                sid TEXT,
                acr TEXT,
                amr TEXT,
                authenticated_at_ms BIGINT,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT NOT NULL,
                decided_at_ms BIGINT,
                CHECK ((kind = 'device') = (user_code_index IS NOT NULL)),
                CHECK (kind = 'device' OR person_id IS NOT NULL),
                CHECK ((state IN ('approved', 'redeemed')) = (grant_id IS NOT NULL)),
                CHECK ((grant_id IS NULL) = (sid IS NULL)),
                CHECK ((state = 'waiting') = (decided_at_ms IS NULL))
            )
            """,
            "CREATE UNIQUE INDEX identity_approval_request ON identity_approval (request_hash)",
            "CREATE UNIQUE INDEX identity_approval_user_code ON identity_approval (user_code_index)",
            "CREATE INDEX identity_approval_person ON identity_approval (person_id) WHERE state = 'waiting'",
            "CREATE INDEX identity_approval_expiry ON identity_approval (expires_at_ms)",
        ])
}
