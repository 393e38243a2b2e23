import Core
import Storage

/// Rows of `identity_audit_event` and `identity_audit_link`; only ever inserted.
enum AuditStore {
    private static let append = Insertion(
        into: "identity_audit_event", ["id", "at_ms", "kind", "actor", "subject", "detail"])
    private static let unlinked = SQL(
        """
        SELECT e.id, e.at_ms, e.kind, e.actor, e.subject, e.detail FROM identity_audit_event e
        WHERE e.at_ms > $1 AND NOT EXISTS (SELECT 1 FROM identity_audit_link l WHERE l.event_id = e.id)
        ORDER BY e.id LIMIT $2
        """)
    private static let head = SQL(
        """
        SELECT l.position, l.hash, e.at_ms FROM identity_audit_link l JOIN identity_audit_event e ON e.id = l.event_id
        ORDER BY l.position DESC LIMIT 1
        """)
    private static let link = SQL(
        """
        INSERT INTO identity_audit_link (position, event_id, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
        """)
    private static let chain = SQL(
        """
        SELECT l.position, l.hash, l.event_id, e.id, e.at_ms, e.kind, e.actor, e.subject, e.detail
        FROM identity_audit_link l LEFT JOIN identity_audit_event e ON e.id = l.event_id
        WHERE l.position > $1 ORDER BY l.position LIMIT $2
        """)

    struct Link: Sendable {
        let position: Int64
        let hash: String
        /// `nil` when the event was deleted behind our back.
        let event: AuditEvent?
    }

    static func append(_ event: AuditEvent, in transaction: any Transaction) throws {
        try transaction.insertAtEnd(
            append,
            [
                .text(event.id), event.at.sqlValue, .text(event.kind), .text(event.actor), .text(event.subject),
                .text(event.detail),
            ])
    }

    /// Events not linked yet; those written long before the chain's end are not looked at again.
    static func unlinked(after instant: Instant, limit: Int, in statements: any Statements) throws -> [AuditEvent] {
        try statements.query(unlinked, instant, limit).map(event)
    }

    struct Head: Sendable {
        var position: Int64 = 0
        var hash = ""
        /// Time of the event linked last.
        var at = Instant(milliseconds: 0)
    }

    static func head(in statements: any Statements) throws -> Head {
        guard let row = try statements.first(head) else { return Head() }
        return Head(position: try row.integer("position"), hash: try row.text("hash"), at: try row.instant("at_ms"))
    }

    /// - Returns: false when another process has taken this position or this event.
    static func link(_ event: String, at position: Int64, hash: String, in transaction: any Transaction) throws -> Bool
    {
        try transaction.execute(link, position, event, hash) == 1
    }

    static func chain(after position: Int64, limit: Int, in statements: any Statements) throws -> [Link] {
        try statements.query(chain, position, limit).map { row in
            Link(
                position: try row.integer("position"), hash: try row.text("hash"),
                event: try row.optionalText("id") == nil ? nil : event(row))
        }
    }

    private static func event(_ row: Row) throws -> AuditEvent {
        AuditEvent(
            id: try row.text("id"), at: try row.instant("at_ms"), kind: try row.text("kind"),
            actor: try row.text("actor"), subject: try row.text("subject"), detail: try row.text("detail"))
    }
}
