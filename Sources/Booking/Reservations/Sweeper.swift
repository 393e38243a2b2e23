import Core
import ServiceLifecycle
import Storage

/// Ends what time has ended, in small batches so that bookings get their turn between them: holds that ran out
/// (T3), bookings nobody came for (T8), delayed places, numbers of earlier days, old request keys.
package struct Sweeper: Sendable, Service {
    let core: BookingCore
    private static let batch = 50

    package func run() async throws {
        await BackgroundRounds(name: "sweep", pause: core.settings.sweepInterval).run { try await sweep() }
    }

    package func sweep() async throws {
        let now = core.now()
        let core = core
        try await repeating { tx in
            let expired = try ReservationStore.expireDue(at: now, limit: Sweeper.batch, in: tx)
            try core.end(expired, .expired, at: now, in: tx)
            return expired.count
        }
        try await repeating { tx in
            let missed = try ReservationStore.missDue(
                startedBefore: now - core.settings.checkInLate, at: now, limit: Sweeper.batch, in: tx)
            try core.end(missed, .missed, at: now, in: tx)
            return missed.count
        }
        try await repeating { tx in try ClaimStore.releaseDue(at: now, limit: Sweeper.batch, in: tx) }
        try await repeating { tx in try Sweeper.closeStale(core: core, at: now, in: tx) }
        try await core.database.transaction { tx in
            try IdempotencyStore.purge(before: now - core.settings.idempotencyLifetime, in: tx)
        }
    }

    /// A number is void at the close of its day; a round-the-clock hall lets a night shift finish.
    ///
    /// Who is being served has been served (T15), as if the officer had finished; all others have left (T16).
    static func closeStale(core: BookingCore, at now: Instant, in tx: any Transaction) throws -> Int {
        let stale = try TicketStore.stale(
            before: ProvinceTime.date(of: now), issuedBefore: now - .hours(12), limit: batch, in: tx)
        var ended = [(row: TicketRow, isServed: Bool)]()
        for id in stale {
            guard let row = try TicketStore.find(id, in: tx) else { continue }
            let isServed = row.state == .serving
            let move: ReservationMove = isServed ? .finish : .leave
            // The conditional step comes first: who loses it to an officer has changed nothing.
            guard move.from.contains(row.state),
                try ReservationStore.step(row.reservation, move, from: row.state, at: now, in: tx) != nil
            else { continue }
            try CallStore.closeAny(ticket: id, isServed ? .done : .left, at: now, in: tx)
            try ServiceStore.conclude(reservation: row.reservation, handled: isServed, in: tx)
            try TicketStore.close(id, at: now, in: tx)
            ended.append((row, isServed))
        }
        // Cells before the heads of the halls' chains, and each in its one order, as when an officer finishes.
        try ClaimStore.release(reservations: ended.map(\.row.reservation), in: tx)
        for (row, isServed) in ended.sorted(by: { $0.row.hall < $1.row.hall }) {
            guard let closed = try TicketStore.find(row.id, in: tx) else { continue }
            try core.append(isServed ? .done : .left, closed, window: row.call?.window, at: now, in: tx)
        }
        return stale.count
    }

    /// Runs batches until one is not full.
    private func repeating(_ batch: @escaping @Sendable (any Transaction) throws -> Int) async throws {
        while try await core.database.transaction(batch) >= Sweeper.batch, !Task.isCancelled {}
    }
}
