package import Core

/// A time at which a visit may start, and how many more visits fit.
package struct Slot: Sendable, Hashable {
    package let start: Instant
    package let end: Instant
    /// Bookable places left on the channel asked for; 0 when full.
    package let remaining: Int
}

/// The slots of one item on one day, with the JSON text that the API sends.
package struct SlotList: Sendable {
    package let slots: [Slot]
    /// `{"slots":[…]}` in UTF-8, encoded once and shared by all requests.
    package let json: [UInt8]
    /// When the counters were read.
    package let readAt: Instant
}

/// How one day stands for an item at a hall.
package struct DayAvailability: Sendable, Hashable {
    package let date: LocalDate
    /// Slots are offered on this day, full or not.
    package let open: Bool
    package let remaining: Int
}

package struct Availability: Sendable {
    package let days: [DayAvailability]
    /// `{"days":[…]}` in UTF-8.
    package let json: [UInt8]
    package let readAt: Instant
}
