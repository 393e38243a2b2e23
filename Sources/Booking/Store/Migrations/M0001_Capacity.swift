import Storage

/// Rules, the cells made from them, and the counters that no interleaving can push past their caps.
enum M0001_Capacity {
    static let migration = Migration(
        "booking/0001-capacity",
        [
            """
            CREATE TABLE booking_rule (
                id TEXT PRIMARY KEY,
                series TEXT NOT NULL,
                version BIGINT NOT NULL CHECK (version > 0),
                group_id TEXT NOT NULL,
                weekdays TEXT NOT NULL CHECK (length(weekdays) BETWEEN 1 AND 7),
                from_minute BIGINT NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
                to_minute BIGINT NOT NULL CHECK (to_minute BETWEEN 1 AND 1440),
                slot_minutes BIGINT NOT NULL CHECK (slot_minutes BETWEEN 5 AND 120),
                places BIGINT NOT NULL CHECK (places BETWEEN 0 AND 1000),
                walk_in_percent BIGINT NOT NULL CHECK (walk_in_percent BETWEEN 0 AND 100),
                web_percent BIGINT NOT NULL CHECK (web_percent BETWEEN 0 AND 100),
                mobile_percent BIGINT NOT NULL CHECK (mobile_percent BETWEEN 0 AND 100),
                hall_percent BIGINT NOT NULL CHECK (hall_percent BETWEEN 0 AND 100),
                created_at_ms BIGINT NOT NULL,
                retired_at_ms BIGINT,
                CHECK (from_minute < to_minute),
                UNIQUE (series, version)
            )
            """,
            "CREATE UNIQUE INDEX booking_rule_current ON booking_rule (series) WHERE retired_at_ms IS NULL",
            """
            CREATE TABLE booking_cell (
                group_id TEXT NOT NULL,
                start_at_ms BIGINT NOT NULL,
                end_at_ms BIGINT NOT NULL,
                day TEXT NOT NULL,
                open BOOLEAN NOT NULL,
                places BIGINT NOT NULL CHECK (places >= 0),
                cap BIGINT NOT NULL,
                used BIGINT NOT NULL DEFAULT 0,
                over_by BIGINT NOT NULL DEFAULT 0 CHECK (over_by >= 0),
                web_cap BIGINT NOT NULL,
                web_used BIGINT NOT NULL DEFAULT 0,
                mobile_cap BIGINT NOT NULL,
                mobile_used BIGINT NOT NULL DEFAULT 0,
                hall_cap BIGINT NOT NULL,
                hall_used BIGINT NOT NULL DEFAULT 0,
                PRIMARY KEY (group_id, start_at_ms),
                CHECK (start_at_ms < end_at_ms),
                CHECK (0 <= used AND used <= cap),
                CHECK (0 <= web_used AND web_used <= web_cap),
                CHECK (0 <= mobile_used AND mobile_used <= mobile_cap),
                CHECK (0 <= hall_used AND hall_used <= hall_cap),
                CHECK (used = web_used + mobile_used + hall_used)
            )
            """,
            """
            CREATE TABLE booking_planned_day (
                group_id TEXT NOT NULL,
                day TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                planned_at_ms BIGINT NOT NULL,
                PRIMARY KEY (group_id, day)
            )
            """,
            """
            CREATE TABLE booking_person_limit (
                person TEXT NOT NULL,
                kind TEXT NOT NULL,
                period TEXT NOT NULL,
                used BIGINT NOT NULL,
                cap BIGINT NOT NULL,
                PRIMARY KEY (person, kind, period),
                CHECK (0 <= used AND used <= cap)
            )
            """,
            """
            CREATE TABLE booking_idempotency (
                principal TEXT NOT NULL,
                route TEXT NOT NULL,
                request_key TEXT NOT NULL,
                request_hash TEXT NOT NULL,
                status BIGINT,
                answer TEXT,
                created_at_ms BIGINT NOT NULL,
                PRIMARY KEY (principal, route, request_key),
                CHECK ((status IS NULL) = (answer IS NULL))
            )
            """,
            "CREATE INDEX booking_idempotency_age ON booking_idempotency (created_at_ms)",
        ])
}
