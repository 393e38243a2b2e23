import Storage

/// An officer's last act at a window, apart from the last look: a page left open looks for ever.
enum M0005_ActedAt {
    static let migration = Migration(
        "booking/0005-acted-at", ["ALTER TABLE booking_window_session ADD COLUMN acted_at_ms BIGINT"])
}
