package import Core

/// One visit as its owner sees it.
package struct Reservation: Sendable, Hashable {
    package let id: String
    /// The person's subject; `nil` for a walk-in.
    package let person: String?
    package let origin: Origin
    package let hall: String
    /// The window group that serves all items of the visit.
    package let group: String
    /// In the order in which they will be handled; never empty.
    package let items: [String]
    /// The mandate under which the person books for somebody else.
    package let mandate: String?
    package let state: ReservationState
    /// Grows with every change.
    package let version: Int64
    /// Grows when an earlier signed ticket must no longer be accepted; 0 before confirmation.
    package let revision: Int
    /// Ten digits that stand for the signed ticket at a kiosk; `nil` for a walk-in.
    package let code: String?
    /// `nil` for a walk-in.
    package let start: Instant?
    package let end: Instant?
    /// When the hold runs out; present exactly while held.
    package let expiresAt: Instant?
    package let createdAt: Instant
    package let updatedAt: Instant

    package enum Origin: String, Sendable, Hashable, Codable, CaseIterable {
        case web, mobile, hall, walkIn
    }
}

/// What a person asks for when holding a slot.
package struct HoldRequest: Sendable, Hashable {
    package let hall: String
    /// 1…5 items, all served by one window group of the hall.
    package let items: [String]
    package let start: Instant
    package let mandate: String?

    package init(hall: String, items: [String], start: Instant, mandate: String? = nil) {
        self.hall = hall
        self.items = items
        self.start = start
        self.mandate = mandate
    }
}

/// A confirmed visit and the signed ticket that proves it without a network.
package struct ConfirmedReservation: Sendable, Hashable {
    package let reservation: Reservation
    /// 158 base45 characters for the QR code; `nil` when the state carries no ticket.
    package let ticket: String?
}

/// One page of a person's reservations, newest first.
package struct ReservationPage: Sendable {
    package let reservations: [Reservation]
    /// Opaque; hand it back for the page after this one.
    package let next: String?
}
