package import Catalogue
package import Core
package import Cryptography
package import ServiceLifecycle
package import Storage

/// This room as the others see it: the operations that API and pages share, and what runs beside them.
package struct Booking: Sendable {
    package let reservations: Reservations
    package let slots: SlotBoard
    package let checkIns: CheckIns
    package let walkIns: WalkIns
    package let queue: Queue
    package let board: Board
    package let messages: MessageSink
    package let planner: Planner
    package let sweeper: Sweeper
    package let eventChain: EventChain
    package let settings: BookingSettings
    package let catalogue: Catalogue

    /// - Parameter persons: finds people by identity number, for check-in by identity card.
    package init(
        database: any Database, catalogue: Catalogue, crypto: any CryptoProvider, tickets: HallTicketCodec,
        persons: any PersonDirectory, settings: BookingSettings = BookingSettings(),
        surroundings: Surroundings = Surroundings()
    ) {
        let core = BookingCore(
            database: BookingDatabase(database: database), catalogue: catalogue, surroundings: surroundings,
            settings: settings, crypto: crypto, tickets: tickets, persons: persons,
            events: EventStore(digest: { crypto.digest($0) }))
        reservations = Reservations(core: core)
        slots = SlotBoard(core: core)
        checkIns = CheckIns(core: core)
        walkIns = WalkIns(core: core)
        queue = Queue(core: core)
        board = Board(core: core)
        messages = MessageSink(core: core)
        planner = Planner(core: core)
        sweeper = Sweeper(core: core)
        eventChain = EventChain(core: core)
        self.settings = settings
        self.catalogue = catalogue
    }

    package func now() -> Instant { reservations.core.now() }

    /// To be run beside the server.
    package var services: [any Service] { [planner, sweeper, eventChain, board] }

    /// Outbox topics of this room and their handlers; the message sink is for the demo.
    package var outboxHandlers: [String: @Sendable (OutboxMessage) async throws -> Void] {
        [MessageSink.topic: messages.deliver]
    }
}
