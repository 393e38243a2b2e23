import Catalogue
import Core
import Cryptography
import Storage

/// What every operation of this room works with.
final class BookingCore: Sendable {
    let database: BookingDatabase
    let catalogue: Catalogue
    let surroundings: Surroundings
    let settings: BookingSettings
    let crypto: any CryptoProvider
    let tickets: HallTicketCodec
    let persons: any PersonDirectory
    let events: EventStore
    /// By window group: capacity; by hall: the board.
    let changes = ChangeMarks()
    let cellLengths = CellLengths()
    let limits: LimitStore

    init(
        database: BookingDatabase, catalogue: Catalogue, surroundings: Surroundings, settings: BookingSettings,
        crypto: any CryptoProvider, tickets: HallTicketCodec, persons: any PersonDirectory, events: EventStore
    ) {
        self.database = database
        self.catalogue = catalogue
        self.surroundings = surroundings
        self.settings = settings
        self.crypto = crypto
        self.tickets = tickets
        self.persons = persons
        self.events = events
        limits = LimitStore(settings)
    }

    var order: CallingOrder { CallingOrder(settings: settings) }

    /// A keyed fingerprint: a request may hold an identity number, which a plain hash would give away.
    func requestHash(_ content: String) -> String { crypto.blindIndex(content, domain: "booking.request") }

    func now() -> Instant { surroundings.now() }

    func entry(_ kind: EventKind, hall: String, subject: String, _ detail: JSONValue, at now: Instant)
        -> EventStore.Entry
    {
        EventStore.Entry(
            id: surroundings.newID(), hall: hall, kind: kind, subject: subject,
            detail: String(decoding: detail.encoded(), as: UTF8.self), at: now)
    }

    /// The event of a reservation's change, with what a replay needs to recount the cells.
    func entry(_ kind: EventKind, _ reservation: Reservation, at now: Instant) -> EventStore.Entry {
        entry(
            kind, hall: reservation.hall, subject: reservation.id,
            .object([
                "group": .string(reservation.group), "start": reservation.start.map { .integer($0.milliseconds) },
                "end": reservation.end.map { .integer($0.milliseconds) },
                "origin": .string(reservation.origin.rawValue), "version": .integer(reservation.version),
            ]), at: now)
    }
}

/// Finds a person by the number on an identity card; `Identity` implements it.
package protocol PersonDirectory: Sendable {
    /// - Returns: the person's subject; `nil` for a number that nobody has registered.
    /// - Throws: `Problem.invalid` for text that is no identity number.
    func subject(identityNumber: String) async throws -> String?
}
