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
            // In the order in which holds take cells, so that neither waits for the other crosswise.
            for reservation in expired.sorted(by: Sweeper.cellOrder) {
                try core.end(reservation, .expired, at: now, in: tx)
            }
            return expired.count
        }
        try await repeating { tx in
            let missed = try ReservationStore.missDue(
                startedBefore: now - core.settings.checkInLate, at: now, limit: Sweeper.batch, in: tx)
            for reservation in missed.sorted(by: Sweeper.cellOrder) {
                try core.end(reservation, .missed, at: now, in: tx)
            }
            return missed.count
        }
        try await repeating { tx in try ClaimStore.releaseDue(at: now, limit: Sweeper.batch, in: tx) }
        try await repeating { tx in try Sweeper.closeStale(core: core, at: now, in: tx) }
        try await core.database.transaction { tx in
            try IdempotencyStore.purge(before: now - core.settings.idempotencyLifetime, in: tx)
        }
    }

    private static func cellOrder(_ left: Reservation, _ right: Reservation) -> Bool {
        (left.group, left.start?.milliseconds ?? 0) < (right.group, right.start?.milliseconds ?? 0)
    }

    /// A number is void at the close of its day; a round-the-clock hall lets a night shift finish.
    static func closeStale(core: BookingCore, at now: Instant, in tx: any Transaction) throws -> Int {
        let stale = try TicketStore.stale(
            before: ProvinceTime.date(of: now), issuedBefore: now - .hours(12), limit: batch, in: tx)
        for id in stale {
            guard let row = try TicketStore.find(id, in: tx) else { continue }
            let move: ReservationMove = row.state == .serving ? .finish : .leave
            // The conditional step comes first: who loses it to an officer has changed nothing.
            guard move.from.contains(row.state),
                try ReservationStore.step(row.reservation, move, from: row.state, at: now, in: tx) != nil
            else { continue }
            try TicketStore.close(id, at: now, in: tx)
            try CallStore.closeAny(ticket: id, .left, at: now, in: tx)
            guard let closed = try TicketStore.find(id, in: tx) else { continue }
            try ClaimStore.release(reservation: row.reservation, in: tx)
            try core.append(move == .finish ? .done : .left, closed, window: row.call?.window, at: now, in: tx)
        }
        return stale.count
    }

    /// Runs batches until one is not full.
    private func repeating(_ batch: @escaping @Sendable (any Transaction) throws -> Int) async throws {
        while try await core.database.transaction(batch) >= Sweeper.batch, !Task.isCancelled {}
    }
}
