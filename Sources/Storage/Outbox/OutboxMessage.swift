/// A message on its way out of the database.
package struct OutboxMessage: Sendable, Hashable {
    /// Chosen by the sender; receivers can use it to recognise a repetition.
    package let id: String
    package let topic: String
    /// JSON text.
    package let payload: String
    /// 1 for the first delivery.
    package let attempt: Int
    /// Whether this delivery is the last one that will be tried.
    package var isLast = false
}

/// Thrown by a handler to say why a message could not be delivered.
///
/// Any other error counts as temporary, and only its type is kept.
package struct OutboxRejection: Error, Sendable, Hashable {
    /// For operators; kept with the message, so without personal data.
    package let reason: String
    /// Whether trying again is pointless.
    package let isFinal: Bool

    package init(_ reason: String, isFinal: Bool) {
        self.reason = reason
        self.isFinal = isFinal
    }
}
