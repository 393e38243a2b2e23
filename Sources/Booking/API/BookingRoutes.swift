package import Web

/// All paths of the booking API.
package struct BookingRoutes: Sendable {
    private let booking: Booking

    package init(booking: Booking) {
        self.booking = booking
    }

    package func addRoutes(to router: WebRouter) {
        let api = router.api
        SlotEndpoints(booking: booking).addRoutes(to: api)
        ReservationEndpoints(booking: booking).addRoutes(to: api)
        HallEndpoints(booking: booking).addRoutes(to: api)
        WindowEndpoints(booking: booking).addRoutes(to: api)
        BoardEndpoints(booking: booking, streams: router.streams).addRoutes(to: api)
    }
}
