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

/// One change of a board; `id` is the sequence number in the hall.
package struct BoardEvent: Sendable, Hashable {
    package let sequence: Int64
    /// Name of the server-sent event: `snapshot`, `called`, `recalled`, `serving`, `closed` (the call has ended, see
    /// `state`), `queue` (its length has changed).
    package let name: String
    /// JSON text.
    package let data: String
}
