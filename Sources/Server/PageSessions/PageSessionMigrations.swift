import Storage

enum PageSessionMigrations {
    static let all = [
        Migration(
            "server/0001-page-session",
            [
                """
                CREATE TABLE web_page_session (
                    key_digest TEXT PRIMARY KEY,
                    sid TEXT,
                    subject TEXT NOT NULL,
                    payload_sealed TEXT NOT NULL,
                    expires_at_ms BIGINT NOT NULL
                )
                """,
                "CREATE INDEX web_page_session_sid ON web_page_session (sid)",
                "CREATE INDEX web_page_session_expiry ON web_page_session (expires_at_ms)",
            ])
    ]
}
