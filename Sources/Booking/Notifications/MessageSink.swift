package import Core
package import Storage

/// Where text messages end in the demo: a table that a page shows. Production hands the topic to a gateway.
package struct MessageSink: Sendable {
    let core: BookingCore

    /// A message as it would stand on a phone.
    package struct Message: Sendable, Hashable {
        package let id: String
        /// Subject of the person; the number is not known here.
        package let person: String
        package let text: LocalizedText
        package let sentAt: Instant
    }

    /// The handler of the outbox topic; delivering a message twice stores it once.
    package var deliver: @Sendable (OutboxMessage) async throws -> Void {
        { [core] message in
            guard let value = try? JSONParser.parse(message.payload), let person = value.text("person"),
                let zh = value.text("zh"), let en = value.text("en")
            else { return }
            let now = core.now()
            try await core.database.transaction { tx in
                _ = try tx.execute(MessageSink.insert, message.id, person, zh, en, now)
            }
        }
    }

    /// The topic that `deliver` handles.
    package static var topic: String { TextMessages.topic }

    /// Newest first.
    /// - Parameter limit: 1…200.
    package func recent(limit: Int = 50) async throws -> [Message] {
        let limit = max(1, min(200, limit))
        return try await core.database.read { db in
            try db.query(MessageSink.latest, limit).map { row in
                Message(
                    id: try row.text("id"), person: try row.text("person"),
                    text: LocalizedText(zh: try row.text("text_zh"), en: try row.text("text_en")),
                    sentAt: try row.instant("sent_at_ms"))
            }
        }
    }

    private static let insert: SQL = """
        INSERT INTO booking_message (id, person, text_zh, text_en, sent_at_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING
        """
    private static let latest: SQL = """
        SELECT id, person, text_zh, text_en, sent_at_ms FROM booking_message ORDER BY id DESC LIMIT $1
        """
}
