package import Core

/// What a hall's board shows: numbers and places, never names.
package struct BoardSnapshot: Sendable, Hashable {
    package let hall: String
    /// Sequence number of the last event contained.
    package let sequence: Int64
    package let at: Instant
    /// Open calls, the latest first.
    package let calls: [BoardCall]
    package let queues: [BoardQueue]

    /// The queues of the hall by id.
    var queuesByID: [String: BoardQueue] {
        Dictionary(queues.map { ($0.queue, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

package struct BoardCall: Sendable, Hashable {
    package let number: String
    package let window: String
    package let zone: String?
    /// `called` until the officer starts, then `serving`.
    package let state: ReservationState
    package let calledAt: Instant
    package let recalls: Int
}

package struct BoardQueue: Sendable, Hashable {
    package let queue: String
    package let waiting: Int
    package let openWindows: Int
}

/// One change of a board.
package struct BoardEvent: Sendable, Hashable {
    /// The number, in the hall, of what happened; it may be told in more than one event.
    package let sequence: Int64
    /// Name of the server-sent event: `snapshot`, `called`, `recalled`, `serving`, `closed` (the call has ended, see
    /// `state`), `queue` (its length has changed).
    package let name: String
    /// Whether all that this number stands for has been told with this event. Only then may a board that comes back ask
    /// for what follows the number: cut in between, it would miss the rest.
    package internal(set) var endsRow: Bool
    /// JSON text.
    package let data: String
}
