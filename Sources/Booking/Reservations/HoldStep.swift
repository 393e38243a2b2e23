import Catalogue
import Core
import Storage

/// The code made for a new reservation belongs to another one.
struct CodeInUse: Error {}

/// T1 inside its transaction: six statements, the contended one first.
struct HoldStep: Sendable {
    let plan: HoldPlan
    let person: String
    let client: String
    let id: String
    let code: String
    let core: BookingCore
    let now: Instant

    func run(in tx: any Transaction) throws -> Reservation {
        let cells = try plan.claimCells(in: tx)
        try core.limits.take(person: person, item: plan.items[0], start: plan.start, in: tx)
        let reservation = Reservation(
            id: id, person: person, origin: origin, hall: plan.hall, group: plan.group.id, items: plan.items,
            mandate: plan.mandate, state: .held, version: 1, revision: 0, code: code, start: plan.start,
            end: cells.last?.end ?? plan.end, expiresAt: now + core.settings.holdDuration, createdAt: now,
            updatedAt: now)
        guard try ReservationStore.insert(reservation, client: client, in: tx) else { throw CodeInUse() }
        try ClaimStore.insert(
            reservation: id, group: plan.group.id, cells: cells, channel: plan.channel, units: 1, in: tx)
        try EventStore.record(core.entry(.held, reservation, at: now), in: tx)
        return reservation
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
        let cells = try CellStore.claim(group: group.id, from: start, to: end, channel: channel, units: 1, in: tx)
        guard cells.count <= CheckHold.maximumCells, CellStore.cover(cells, from: start, to: end) else {
            let all = try CellStore.spans(group: group.id, from: start, to: end, in: tx)
            guard CellStore.cover(all, from: start, to: end) else { throw Problem(.notASlot) }
            throw Problem(.slotTaken)
        }
        return cells
    }
}
