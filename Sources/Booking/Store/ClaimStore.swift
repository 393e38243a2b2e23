import Core
import Storage

/// What one reservation takes of one cell.
struct Claim: Sendable, Hashable {
    let group: String
    let start: Instant
    let channel: Channel
    let units: Int
}

enum ClaimStore {
    private static let insertion = Insertion(
        into: "booking_claim", ["reservation_id", "group_id", "channel", "units", "start_at_ms"],
        after: ReservationStore.held, isReadByOthers: true)

    static func insert(
        reservation: String, group: String, cells: [CellStore.Span], channel: Channel, units: Int,
        in tx: any Transaction
    ) throws {
        for cell in cells {
            try tx.insertAtEnd(
                insertion,
                [
                    .text(reservation), .text(group), .text(channel.rawValue), .integer(Int64(units)),
                    cell.start.sqlValue,
                ])
        }
    }

    private static let take: SQL = """
        DELETE FROM booking_claim WHERE reservation_id = $1 AND release_at_ms IS NULL
        RETURNING group_id, start_at_ms, channel, units
        """

    /// Ends all claims of a reservation and gives their places back at once.
    static func release(reservation: String, in tx: any Transaction) throws {
        try release(reservations: [reservation], in: tx)
    }

    /// The same for several, whose cells are given back in one order.
    static func release(reservations: [String], in tx: any Transaction) throws {
        let claims = try reservations.sorted().flatMap { try tx.query(take, $0).map(claim) }
        try CellStore.release(claims, in: tx)
    }

    private static let postponeOutside: SQL = """
        UPDATE booking_claim SET release_at_ms = $5
        WHERE reservation_id = $1 AND release_at_ms IS NULL AND (group_id <> $2 OR start_at_ms < $3
            OR start_at_ms >= $4)
        """

    /// Keeps the places outside [start, end) of a group out of sale until `time`, against trade in slots.
    static func release(
        reservation: String, outside group: String, from start: Instant, to end: Instant, at time: Instant,
        in tx: any Transaction
    ) throws {
        try tx.execute(postponeOutside, reservation, group, start, end, time)
    }

    private static let resume: SQL = """
        UPDATE booking_claim SET release_at_ms = NULL
        WHERE reservation_id = $1 AND group_id = $2 AND start_at_ms = $3 AND release_at_ms IS NOT NULL
        """

    /// Takes up again a place that the same reservation left and that is not yet back on sale.
    ///
    /// - Returns: `false` when there is none.
    static func resume(reservation: String, group: String, start: Instant, in tx: any Transaction) throws -> Bool {
        try tx.execute(resume, reservation, group, start) == 1
    }

    private static let postpone: SQL = """
        UPDATE booking_claim SET release_at_ms = $2 WHERE reservation_id = $1 AND release_at_ms IS NULL
        """

    /// Keeps the places out of sale until `time`, against trade in slots.
    static func release(reservation: String, at time: Instant, in tx: any Transaction) throws {
        try tx.execute(postpone, reservation, time)
    }

    private static let takeDue: SQL = """
        DELETE FROM booking_claim WHERE release_at_ms IS NOT NULL AND release_at_ms <= $1 AND reservation_id IN
            (SELECT reservation_id FROM booking_claim WHERE release_at_ms IS NOT NULL AND release_at_ms <= $1
             ORDER BY release_at_ms LIMIT $2)
        RETURNING group_id, start_at_ms, channel, units
        """

    /// - Returns: how many claims came due and were given back.
    static func releaseDue(at now: Instant, limit: Int, in tx: any Transaction) throws -> Int {
        let claims = try tx.query(takeDue, now, limit).map(claim)
        try CellStore.release(claims, in: tx)
        return claims.count
    }

    private static let held: SQL = """
        SELECT group_id, start_at_ms, channel, units FROM booking_claim
        WHERE reservation_id = $1 AND release_at_ms IS NULL ORDER BY start_at_ms
        """

    static func claims(of reservation: String, in db: any Statements) throws -> [Claim] {
        try db.query(held, reservation).map(claim)
    }

    private static func claim(_ row: Row) throws -> Claim {
        Claim(
            group: try row.text("group_id"), start: try row.instant("start_at_ms"), channel: try row.raw("channel"),
            units: try row.int("units"))
    }
}
