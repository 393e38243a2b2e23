import Storage

/// Remembers, for a client that works again, which of its tokens stay refused.
enum M0054Restorations {
    static let migration = Migration(
        "identity/0054-restorations",
        ["ALTER TABLE identity_revocation ADD COLUMN restored_at_ms BIGINT"])
}
