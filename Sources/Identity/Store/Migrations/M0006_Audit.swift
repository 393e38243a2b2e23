import Storage

/// What happened, append-only. Events are written in the transaction they belong to; links chain
/// them afterwards, so that no two sign-ins ever wait for one another.
enum M0006Audit {
    static let migration = Migration(
        "identity/0006-audit",
        [
            """
            CREATE TABLE identity_audit_event (
                id TEXT PRIMARY KEY,
                at_ms BIGINT NOT NULL,
                kind TEXT NOT NULL,
                actor TEXT NOT NULL,
                subject TEXT NOT NULL,
                detail TEXT NOT NULL
            )
            """,
            "CREATE INDEX identity_audit_event_time ON identity_audit_event (at_ms)",
            "CREATE INDEX identity_audit_event_subject ON identity_audit_event (subject, at_ms)",
            """
            CREATE TABLE identity_audit_link (
                position BIGINT PRIMARY KEY,
                event_id TEXT NOT NULL,
                hash TEXT NOT NULL
            )
            """,
            "CREATE UNIQUE INDEX identity_audit_link_event ON identity_audit_link (event_id)",
        ])
}
