package import Core

/// A service window as its officer sees it.
package struct WindowState: Sendable, Hashable {
    package let window: String
    package let hall: String
    package let queue: String
    package let open: Bool
    /// Subject of the officer who opened it.
    package let officer: String?
    package let openedAt: Instant?
    /// When that officer last did something here, or looked at the desk.
    package let seenAt: Instant?
    /// When that officer last did something here.
    package let actedAt: Instant?
    /// The officer has not been heard of for the time of a lease: a colleague may take the window over.
    package let isAbandoned: Bool
    package let current: CalledTicket?
    /// How many this window could call, now or when their time comes.
    package let waiting: Int
    /// The first few in the order in which they would be called now.
    package let next: [WaitingTicket]
    /// Parked or skipped: they come back when an officer lets them.
    package let aside: [WaitingTicket]
}

/// A ticket that was called, with where and when.
package struct CalledTicket: Sendable, Hashable {
    package let ticket: String
    package let number: String
    package let reservation: String
    package let queue: String
    package let items: [String]
    package let priority: PriorityClass
    package let state: ReservationState
    /// The window of the open or the last call; `nil` for one that was never called.
    package let window: String?
    package let slotStart: Instant?
    /// When the number was last called.
    package let calledAt: Instant?
    /// How often the number was called again.
    package let recalls: Int
    package let startedAt: Instant?
}

package struct WaitingTicket: Sendable, Hashable {
    package let ticket: String
    package let number: String
    package let items: [String]
    package let priority: PriorityClass
    package let state: ReservationState
    package let slotStart: Instant?
    package let issuedAt: Instant
}
