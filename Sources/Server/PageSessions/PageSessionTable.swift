import Core
import Cryptography
import Storage
import Web

/// Sessions of our own pages in a table; what they hold is sealed, the browser's handle only a digest.
struct PageSessionTable: PageSessionStore {
    let database: any Database
    let provider: any CryptoProvider
    let surroundings: Surroundings

    static let sealedColumns = [
        SealedColumn(
            table: "web_page_session", column: "payload_sealed", key: "key_digest", place: "web_page_session.payload")
    ]

    func create(_ record: PageSessionRecord) async throws {
        let sealed = try seal(record)
        _ = try await database.transaction { tx in
            try tx.execute(
                """
                INSERT INTO web_page_session (key_digest, sid, subject, payload_sealed, expires_at_ms)
                VALUES ($1, $2, $3, $4, $5)
                """, record.key, record.sid, record.subject, sealed, record.expiresAt)
        }
    }

    func find(key: String) async throws -> PageSessionRecord? {
        let now = surroundings.now()
        let row = try await database.read { statements in
            try statements.first(
                """
                SELECT sid, subject, payload_sealed, expires_at_ms FROM web_page_session
                WHERE key_digest = $1 AND expires_at_ms > $2
                """, key, now)
        }
        guard let row else { return nil }
        let sealed = try row.text("payload_sealed")
        let payload = try provider.open(sealed, context: context(key))
        return PageSessionRecord(
            key: key, sid: try row.optionalText("sid"), subject: try row.text("subject"),
            expiresAt: try row.instant("expires_at_ms"), payload: Secret(String(decoding: payload, as: UTF8.self)),
            version: sealed)
    }

    /// The sealed text is the version: sealing the same payload twice gives two texts.
    func replace(_ record: PageSessionRecord) async throws -> Bool {
        let sealed = try seal(record)
        if try await replace(record, by: sealed, over: record.version) { return true }
        guard let version = try await sealedAnew(record) else { return false }
        return try await replace(record, by: sealed, over: version)
    }

    private func replace(_ record: PageSessionRecord, by sealed: String, over version: String) async throws -> Bool {
        try await database.transaction { tx in
            try tx.execute(
                """
                UPDATE web_page_session SET payload_sealed = $2, expires_at_ms = $3
                WHERE key_digest = $1 AND payload_sealed = $4
                """, record.key, sealed, record.expiresAt, version) == 1
        }
    }

    /// The text in the row when it holds what the version held, only under another key: `yimen keys rotate` was here.
    private func sealedAnew(_ record: PageSessionRecord) async throws -> String? {
        let row = try await database.read { statements in
            try statements.first("SELECT payload_sealed FROM web_page_session WHERE key_digest = $1", record.key)
        }
        guard let sealed = try row?.text("payload_sealed"), sealed != record.version,
            StandardProvider.keyNumber(of: sealed) != StandardProvider.keyNumber(of: record.version)
        else { return nil }
        let place = context(record.key)
        return try provider.open(sealed, context: place) == provider.open(record.version, context: place) ? sealed : nil
    }

    func delete(key: String) async throws {
        _ = try await database.transaction { tx in
            try tx.execute("DELETE FROM web_page_session WHERE key_digest = $1", key)
        }
    }

    func deleteAll(sids: [String]) async throws {
        guard !sids.isEmpty else { return }
        _ = try await database.transaction { tx in
            for sid in sids { try tx.execute("DELETE FROM web_page_session WHERE sid = $1", sid) }
        }
    }

    /// Removes sessions that have run out, at most `limit` of them.
    ///
    /// - Returns: how many were removed.
    func removeExpired(limit: Int) async throws -> Int {
        let now = surroundings.now()
        return try await database.transaction { tx in
            try tx.execute(
                """
                DELETE FROM web_page_session WHERE key_digest IN (
                    SELECT key_digest FROM web_page_session WHERE expires_at_ms <= $1 ORDER BY expires_at_ms LIMIT $2)
                """, now, limit)
        }
    }

    private func seal(_ record: PageSessionRecord) throws -> String {
        try provider.seal(Array(record.payload.reveal().utf8), context: context(record.key))
    }

    /// Binds a payload to its row, so that rows cannot be swapped.
    private func context(_ key: String) -> String { "web_page_session.payload:" + key }
}
