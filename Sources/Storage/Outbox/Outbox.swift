package import Core

/// Messages written in the transaction that causes them and delivered afterwards, at least once,
/// by an `OutboxRelay` of any process.
package enum Outbox {
    /// The channel of the change feed that tells relays of new messages; the payload is the topic.
    static let channel = "outbox"

    private static let insertion = Insertion(
        into: "storage_outbox", ["id", "topic", "payload", "attempt", "available_at_ms", "leased_until_ms"],
        skippingDuplicates: true)

    /// - Parameters:
    ///   - topic: decides which handler gets the message.
    ///   - payload: JSON text.
    ///   - id: a second message with an id that still waits is dropped.
    ///   - availableAt: not delivered earlier.
    package static func enqueue(
        in transaction: any Transaction, topic: String, payload: String, id: String, availableAt: Instant
    ) throws {
        try transaction.insertAtEnd(
            insertion, [.text(id), .text(topic), .text(payload), .integer(0), availableAt.sqlValue, .integer(0)])
        try transaction.notify(channel, topic)
    }

    /// Lets messages that were given up be delivered again, from their first attempt on.
    ///
    /// - Returns: how many there were.
    package static func retry(topic: String, at now: Instant, in transaction: any Transaction) throws -> Int {
        let count = try transaction.execute(
            """
            UPDATE storage_outbox SET attempt = 0, given_up_at_ms = NULL, last_error = NULL, available_at_ms = $2
            WHERE topic = $1 AND given_up_at_ms IS NOT NULL
            """, topic, now)
        if count > 0 { try transaction.notify(channel, topic) }
        return count
    }

    /// Why messages of a topic were given up, with how many each reason holds.
    package static func givenUp(topic: String, in statements: any Statements) throws -> [(reason: String, count: Int)] {
        try statements.query(
            """
            SELECT last_error AS reason, count(*) AS messages FROM storage_outbox
            WHERE topic = $1 AND given_up_at_ms IS NOT NULL GROUP BY last_error ORDER BY messages DESC, reason
            """, topic
        ).map { (try $0.optionalText("reason") ?? "", try $0.int("messages")) }
    }

    /// When a message is tried next; in the past while it is on its way.
    ///
    /// - Returns: `nil` once it has been delivered or given up.
    package static func nextAttempt(of id: String, in statements: any Statements) throws -> Instant? {
        try statements.first(
            "SELECT available_at_ms FROM storage_outbox WHERE id = $1 AND given_up_at_ms IS NULL", id
        )?.instant("available_at_ms")
    }

    /// What has not been delivered yet, by topic.
    package static func backlog(_ statements: any Statements) throws -> [OutboxBacklog] {
        try statements.query(
            """
            SELECT topic, count(*) AS waiting, count(given_up_at_ms) AS given_up,
                min(available_at_ms) AS oldest_at_ms,
                min(available_at_ms) FILTER (WHERE given_up_at_ms IS NULL) AS oldest_waiting_at_ms
            FROM storage_outbox GROUP BY topic ORDER BY topic
            """
        ).map { row in
            OutboxBacklog(
                topic: try row.text("topic"), waiting: try row.int("waiting") - row.int("given_up"),
                givenUp: try row.int("given_up"), oldest: try row.instant("oldest_at_ms"),
                oldestWaiting: try row.optionalInstant("oldest_waiting_at_ms"))
        }
    }
}

package struct OutboxBacklog: Sendable, Hashable {
    package let topic: String
    package let waiting: Int
    /// Messages that reached the limit of attempts or were refused for good; they stay for the operator.
    package let givenUp: Int
    /// When the oldest of both kinds was, or will be, due.
    package let oldest: Instant
    /// When the oldest message that will still be delivered was, or will be, due.
    package let oldestWaiting: Instant?
}
