package import Core

/// A number in a hall's queue, as the kiosk prints it.
package struct QueueTicket: Sendable, Hashable {
    package let id: String
    /// Letter and three digits, unique in the hall for the day: `A012`.
    package let number: String
    package let reservation: String
    package let hall: String
    /// The window group in whose queue the ticket stands.
    package let queue: String
    package let zone: String?
    /// Ids of the windows that may call this ticket.
    package let windows: [String]
    package let items: [String]
    package let priority: PriorityClass
    package let state: ReservationState
    /// Tickets expected to be called before this one.
    package let ahead: Int
    package let wait: WaitEstimate?
    /// Whether a window that may call it is open; else `wait` begins when one opens.
    package var isStaffed = true
    package let issuedAt: Instant
    /// The booked time; `nil` for a walk-in.
    package let slotStart: Instant?
    /// Checked in too late to keep the booked place: queued as a walk-in.
    package let late: Bool
}

/// Forecast of the time until the call, in whole minutes.
package struct WaitEstimate: Sendable, Hashable {
    package let median: Int
    /// Eight calls in ten are expected between `low` and `high`.
    package let low: Int
    package let high: Int
}

/// Whom the law or a booking lets wait less; each earns priority at its own rate.
package enum PriorityClass: String, Sendable, Hashable, Codable, CaseIterable {
    case ordinary
    /// Let forward by staff without a stated ground.
    case priority
    case elder, disabled, military, expectant
}

/// The ways to prove a booking at a kiosk.
package enum CheckInProof: Sendable, Hashable {
    /// The signed hall ticket out of the QR code.
    case ticket(String)
    /// Ten digits, the last a check digit.
    case code(String)
    /// An identity number read from a card or typed; never stored or logged.
    case identityNumber(String)
}
