import Catalogue
import Core
import Storage

/// T1 inside its transaction: the two guarded counters, the contended one first, and then rows that are written
/// with those of all other holds of the same commit.
struct HoldStep: Sendable {
    let plan: HoldPlan
    let person: String
    let client: String
    let id: String
    let code: String
    let core: BookingCore
    let now: Instant

    func run(in tx: any Transaction) throws -> Reservation {
        let cells = try take(in: tx)
        let reservation = Reservation(
            id: id, person: person, origin: origin, hall: plan.hall, group: plan.group.id, items: plan.items,
            mandate: plan.mandate, state: .held, version: 1, revision: 0, code: code, start: plan.start,
            end: cells.last?.end ?? plan.end, expiresAt: now + core.settings.holdDuration, createdAt: now,
            updatedAt: now)
        try ReservationStore.hold(reservation, client: client, in: tx)
        try ClaimStore.insert(
            reservation: id, group: plan.group.id, cells: cells, channel: plan.channel, units: 1, in: tx)
        try EventStore.record(core.entry(.held, reservation, at: now), in: tx)
        return reservation
    }

    /// Takes the cells and the person's limits: in one go where one cell is expected to be long enough, otherwise,
    /// and where that cell has no room, the long way.
    ///
    /// - Throws: `slot-taken`, `not-a-slot`, `limit-reached`.
    private func take(in tx: any Transaction) throws -> [CellStore.Span] {
        let taking = core.limits.taking(person: person, items: plan.items, start: plan.start)
        var taken: Int?
        if let length = core.cellLengths[plan.group.id], plan.start + length >= plan.end {
            let cell = CellStore.Span(start: plan.start, end: plan.start + length)
            let claim = CellStore.claim(cell, group: plan.group.id, channel: plan.channel)
            let changed = try tx.executeAll([claim] + (taking.map { [$0.statement] } ?? []))
            taken = taking == nil ? nil : changed[1]
            if changed[0] == 1 {
                if let taking { try core.limits.check(taken ?? 0, of: taking) }
                return [cell]
            }
        }
        let cells = try plan.claimCells(in: tx)
        if cells.count == 1 { core.cellLengths[plan.group.id] = cells[0].end - cells[0].start }
        if let taking {
            try core.limits.check(try taken ?? tx.execute(taking.statement.0, taking.statement.1), of: taking)
        }
        return cells
    }

    private var origin: Reservation.Origin {
        switch plan.channel {
        case .web: .web
        case .mobile: .mobile
        case .hall: .hall
        }
    }
}

extension HoldPlan {
    /// Takes one place in every cell from the start to the planned end.
    ///
    /// - Throws: `slot-taken` when a cell is full, `not-a-slot` when the cells do not line up.
    func claimCells(in tx: any Transaction) throws -> [CellStore.Span] {
        let cells = try cells(in: tx)
        guard try CellStore.claim(cells, group: group.id, channel: channel, in: tx) else { throw Problem(.slotTaken) }
        return cells
    }

    /// The cells that the visit needs, full or not, in order of time.
    ///
    /// - Throws: `not-a-slot` when they do not line up.
    func cells(in db: any Statements) throws -> [CellStore.Span] {
        let cells = try CellStore.spans(group: group.id, from: start, to: end, in: db)
        guard cells.count <= CheckHold.maximumCells, CellStore.cover(cells, from: start, to: end) else {
            throw Problem(.notASlot)
        }
        return cells
    }
}
