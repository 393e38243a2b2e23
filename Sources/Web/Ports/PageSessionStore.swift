package import Core

/// Keeps the sessions of our own pages; `Server` implements it with a table.
package protocol PageSessionStore: Sendable {
    func create(_ record: PageSessionRecord) async throws
    /// `nil` for an unknown or expired key.
    func find(key: String) async throws -> PageSessionRecord?
    /// Writes payload and expiry of a record that is still as it was when `record.version` was read.
    ///
    /// - Returns: false when the record has changed or gone in the meantime: what another process wrote must not be
    ///   overwritten, least of all a refresh token that has been rotated, and what has ended must not come back.
    func replace(_ record: PageSessionRecord) async throws -> Bool
    func delete(key: String) async throws
    /// Ends every session under these `sid` values (back-channel logout).
    func deleteAll(sids: [String]) async throws
}

/// What a store keeps of a page session.
package struct PageSessionRecord: Sendable {
    /// Digest of the handle in the browser's cookie; the handle itself is never stored.
    package let key: String
    /// `sid` of the ID token; `nil` for devices.
    package let sid: String?
    package let subject: String
    package let expiresAt: Instant
    /// JSON text that holds tokens: seal it at rest.
    package let payload: Secret<String>
    /// By which the store tells whether the record is still the one that was read; empty for a new one.
    package let version: String

    package init(
        key: String, sid: String?, subject: String, expiresAt: Instant, payload: Secret<String>, version: String = ""
    ) {
        self.key = key
        self.sid = sid
        self.subject = subject
        self.expiresAt = expiresAt
        self.payload = payload
        self.version = version
    }
}
