import Core

/// The statements of a relay.
struct OutboxStore: Sendable {
    let database: any Database

    func isAnyDue(_ topic: String, at now: Instant) async throws -> Bool {
        try await database.read { statements in
            try !statements.query(
                """
                SELECT id FROM storage_outbox
                WHERE topic = $1 AND given_up_at_ms IS NULL AND available_at_ms <= $2 AND leased_until_ms <= $2
                LIMIT 1
                """, topic, now
            ).isEmpty
        }
    }

    /// Takes due messages for this relay alone until `end`; the outer condition is checked again
    /// on the row itself when another relay was faster.
    func lease(
        _ topic: String, as lease: String, at now: Instant, until end: Instant, atMost limit: Int
    ) async throws -> [OutboxMessage] {
        try await database.transaction { transaction in
            try transaction.query(
                """
                UPDATE storage_outbox SET lease = $1, leased_until_ms = $2, attempt = attempt + 1
                WHERE leased_until_ms <= $3 AND given_up_at_ms IS NULL AND id IN (
                    SELECT id FROM storage_outbox
                    WHERE topic = $4 AND given_up_at_ms IS NULL AND available_at_ms <= $3 AND leased_until_ms <= $3
                    ORDER BY available_at_ms, id LIMIT $5
                )
                RETURNING id, topic, payload, attempt
                """, lease, end, now, topic, limit
            ).map { row in
                OutboxMessage(
                    id: try row.text("id"), topic: try row.text("topic"), payload: try row.text("payload"),
                    attempt: try row.int("attempt"))
            }
        }
    }

    func remove(_ message: OutboxMessage, lease: String) async throws {
        _ = try await database.transaction { transaction in
            try transaction.execute("DELETE FROM storage_outbox WHERE id = $1 AND lease = $2", message.id, lease)
        }
    }

    func postpone(_ message: OutboxMessage, lease: String, until next: Instant, _ reason: String) async throws {
        _ = try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE storage_outbox SET lease = NULL, leased_until_ms = 0, available_at_ms = $3, last_error = $4
                WHERE id = $1 AND lease = $2
                """, message.id, lease, next, reason)
        }
    }

    func giveUp(_ message: OutboxMessage, lease: String, at now: Instant, _ reason: String) async throws {
        _ = try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE storage_outbox SET lease = NULL, leased_until_ms = 0, given_up_at_ms = $3, last_error = $4
                WHERE id = $1 AND lease = $2
                """, message.id, lease, now, reason)
        }
    }
}
