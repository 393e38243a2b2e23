import Catalogue
package import Core
package import Web

/// The pages of booking, kiosk, board and window: thin over the same services that the API calls.
package struct BookingPages: Sendable {
    let booking: Booking
    let surroundings: Surroundings
    let demo: Bool

    /// - Parameter demo: shows the text messages that a demonstration does not send.
    package init(booking: Booking, surroundings: Surroundings, demo: Bool) {
        self.booking = booking
        self.surroundings = surroundings
        self.demo = demo
    }

    package func addRoutes(to router: WebRouter) {
        let desk = PageDesk(pages: self, renderer: router.renderer)
        CitizenPages(desk: desk).addRoutes(to: router)
        ReservationPages(desk: desk).addRoutes(to: router)
        MovePages(desk: desk).addRoutes(to: router)
        KioskPages(desk: desk).addRoutes(to: router)
        BoardPages(desk: desk).addRoutes(to: router)
        WindowPages(desk: desk).addRoutes(to: router)
        if demo { MessagePages(desk: desk).addRoutes(to: router) }
    }
}

/// What every page at hand needs: the services, the current catalogue, and words in the reader's language.
struct PageDesk: Sendable {
    let pages: BookingPages
    let renderer: PageRenderer

    var booking: Booking { pages.booking }
    var settings: BookingSettings { booking.settings }
    var snapshot: CatalogueSnapshot { booking.catalogue.current }
    var now: Instant { pages.surroundings.now() }

    func words(_ context: WebContext) -> PageWords {
        PageWords(renderer, context, now: now)
    }

    /// A fresh idempotency key for one form.
    func newKey() -> String { pages.surroundings.newHandle() }

    func item(_ context: WebContext) throws -> ServiceItem {
        guard let item = snapshot.item(try context.pathParameter("item")) else { throw Problem(.notFound) }
        return item
    }

    func hall(_ context: WebContext) throws -> Hall {
        guard let hall = snapshot.hall(try context.pathParameter("hall")) else { throw Problem(.notFound) }
        return hall
    }
}
