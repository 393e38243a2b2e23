import Storage

/// What a client is told apart by, what it must do, and what a grant says beyond its scopes: JSON of
/// optional members, since nothing is ever searched by them.
enum M0007ClientTerms {
    static let migration = Migration(
        "identity/0007-client-terms",
        [
            "ALTER TABLE identity_client ADD COLUMN profile TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE identity_client ADD COLUMN policy TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE identity_authorization_code ADD COLUMN terms TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE identity_refresh_family ADD COLUMN terms TEXT NOT NULL DEFAULT '{}'",
        ])
}
