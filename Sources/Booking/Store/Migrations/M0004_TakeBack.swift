import Storage

/// T17: who was called or served when a window closed waits first in line; an officer who is not heard of for long
/// no longer keeps a window from others.
enum M0004_TakeBack {
    static let migration = Migration(
        "booking/0004-take-back",
        [
            "ALTER TABLE booking_ticket ADD COLUMN head_at_ms BIGINT",
            "ALTER TABLE booking_window_session ADD COLUMN seen_at_ms BIGINT",
        ])
}
