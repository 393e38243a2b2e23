import Core
import Cryptography
import Storage

extension BookingCore {
    /// The reservation with its signed ticket, where its state has one.
    func withTicket(_ reservation: Reservation) throws -> ConfirmedReservation {
        guard reservation.state == .booked, let person = reservation.person, let start = reservation.start,
            let end = reservation.end, let item = reservation.items.first
        else { return ConfirmedReservation(reservation: reservation, ticket: nil) }
        let ticket = try HallTicket(
            reservation: reservation.id, hall: reservation.hall, item: item, start: start,
            windowMinutes: Int((end - start).milliseconds / 60_000),
            person: HallTicket.person(person, provider: crypto), revision: reservation.revision)
        return ConfirmedReservation(reservation: reservation, ticket: try tickets.encode(ticket))
    }

    /// Gives the person's limits back and records the end of a hold or a booking.
    ///
    /// A booking cancelled on its own day, or missed, goes on counting for that day: otherwise one person could pass
    /// through all its places, one after the other.
    func giveUp(
        _ reservation: Reservation, _ kind: EventKind, at now: Instant, in tx: any Transaction
    ) throws -> Reservation {
        let isToday = reservation.start.map { ProvinceTime.date(of: $0) <= ProvinceTime.date(of: now) } ?? false
        try giveLimits(reservation, keepsDay: (kind == .cancelled || kind == .missed) && isToday, in: tx)
        try EventStore.record(entry(kind, reservation, at: now), in: tx)
        return reservation
    }

    /// Gives back at once all that visits hold: T3 when their time runs out, T8.
    ///
    /// All cells before the first limit, and each in its one order: so holds take them, and neither waits for the other
    /// crosswise.
    func end(_ reservations: [Reservation], _ kind: EventKind, at now: Instant, in tx: any Transaction) throws {
        try ClaimStore.release(reservations: reservations.map(\.id), in: tx)
        for reservation in reservations.sorted(by: { ($0.person ?? "", $0.id) < ($1.person ?? "", $1.id) }) {
            _ = try giveUp(reservation, kind, at: now, in: tx)
        }
    }

    func giveLimits(_ reservation: Reservation, keepsDay: Bool = false, in tx: any Transaction) throws {
        guard let person = reservation.person, let start = reservation.start else { return }
        try limits.give(person: person, items: reservation.items, start: start, keepsDay: keepsDay, in: tx)
    }

    /// Milliseconds, evenly from 0 to the longest delay of the settings.
    func randomDelay() -> Int64 {
        let longest = settings.reofferDelay.milliseconds
        guard longest > 0 else { return 0 }
        let value = surroundings.random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(value % UInt64(longest + 1))
    }
}
