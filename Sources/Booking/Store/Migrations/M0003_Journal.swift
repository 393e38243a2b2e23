import Storage

/// What happened, in order and tamper-evident per hall, and the demo's message sink.
///
/// Booking events wait in the intake and are moved into their hall's chain in batches: a chain is one hot
/// row, and confirming a booking must not queue for it. Events of the hall floor are chained at once.
enum M0003_Journal {
    static let migration = Migration(
        "booking/0003-journal",
        [
            """
            CREATE TABLE booking_event_intake (
                id TEXT PRIMARY KEY,
                hall TEXT NOT NULL,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                detail TEXT NOT NULL,
                at_ms BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE booking_event_head (
                hall TEXT PRIMARY KEY,
                sequence BIGINT NOT NULL CHECK (sequence >= 0),
                hash TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE booking_event (
                hall TEXT NOT NULL,
                sequence BIGINT NOT NULL CHECK (sequence > 0),
                id TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                detail TEXT NOT NULL,
                at_ms BIGINT NOT NULL,
                hash TEXT NOT NULL,
                PRIMARY KEY (hall, sequence)
            )
            """,
            """
            CREATE TABLE booking_message (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                text_zh TEXT NOT NULL,
                text_en TEXT NOT NULL,
                sent_at_ms BIGINT NOT NULL
            )
            """,
        ])
}
