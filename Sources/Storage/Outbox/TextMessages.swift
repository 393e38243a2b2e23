package import Core

/// Text messages to people, sent through the outbox in the transaction that they tell of; whatever handles
/// the topic knows the person's number.
package enum TextMessages {
    package static let topic = "notification.sms"

    /// - Parameters:
    ///   - text: without personal matters, since phones lie open on tables.
    ///   - person: `sub` of the person.
    ///   - id: of the message; repeated ids are sent once.
    package static func enqueue(
        _ text: LocalizedText, to person: String, id: String, at now: Instant, in transaction: any Transaction
    ) throws {
        let payload = JSONValue.object([
            "person": .string(person), "zh": .string(text.zh), "en": .string(text.en),
        ])
        try Outbox.enqueue(
            in: transaction, topic: topic, payload: String(decoding: payload.encoded(), as: UTF8.self), id: id,
            availableAt: now)
    }
}
