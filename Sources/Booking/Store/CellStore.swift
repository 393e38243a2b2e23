import Core
import Storage

/// The counters of capacity. Every change is one conditional statement; the row, not the caller, decides.
enum CellStore {
    struct Span: Sendable, Hashable {
        let start: Instant
        let end: Instant
    }

    private static let claimOne: SQL = """
        UPDATE booking_cell
        SET used = used + 1, web_used = web_used + $4, mobile_used = mobile_used + $5, hall_used = hall_used + $6
        WHERE group_id = $1 AND start_at_ms = $2 AND end_at_ms = $3 AND open = TRUE AND used + 1 <= cap - over_by
            AND web_used + $4 <= web_cap AND mobile_used + $5 <= mobile_cap AND hall_used + $6 <= hall_cap
        """

    /// The statement that takes one place in the cell from `start` to `end`; it changes nothing where the cell is
    /// full, closed or not of that length.
    static func claim(_ span: Span, group: String, channel: Channel) -> (SQL, [SQLValue]) {
        (
            claimOne,
            [
                .text(group), span.start.sqlValue, span.end.sqlValue, .integer(channel == .web ? 1 : 0),
                .integer(channel == .mobile ? 1 : 0), .integer(channel == .hall ? 1 : 0),
            ]
        )
    }

    /// Takes one place in each of the cells, one after the other in order of time, as everybody does: two that want
    /// the same cells never wait for each other crosswise.
    ///
    /// - Returns: `false` when a cell is full, closed or not of that length; the caller then gives up as a whole.
    static func claim(_ cells: [Span], group: String, channel: Channel, in tx: any Transaction) throws -> Bool {
        guard !cells.isEmpty else { return true }
        return try tx.executeAll(cells.map { claim($0, group: group, channel: channel) }).allSatisfy { $0 == 1 }
    }

    private static let giveBack: SQL = """
        UPDATE booking_cell
        SET used = used - $3, web_used = web_used - $4, mobile_used = mobile_used - $5, hall_used = hall_used - $6
        WHERE group_id = $1 AND start_at_ms = $2
        """

    static func release(_ claims: [Claim], in tx: any Transaction) throws {
        for claim in claims.sorted(by: { ($0.group, $0.start) < ($1.group, $1.start) }) {
            try tx.execute(
                giveBack, claim.group, claim.start, claim.units, claim.channel == .web ? claim.units : 0,
                claim.channel == .mobile ? claim.units : 0, claim.channel == .hall ? claim.units : 0)
        }
    }

    private static let spans: SQL = """
        SELECT start_at_ms, end_at_ms FROM booking_cell
        WHERE group_id = $1 AND start_at_ms >= $2 AND start_at_ms < $3 AND open = TRUE ORDER BY start_at_ms
        """

    /// The open cells that begin in [start, end), full or not.
    static func spans(group: String, from start: Instant, to end: Instant, in db: any Statements) throws -> [Span] {
        try db.query(spans, group, start, end).map {
            Span(start: try $0.instant("start_at_ms"), end: try $0.instant("end_at_ms"))
        }
    }

    /// Whether the cells lie end to end from `start` on and reach `end`.
    static func cover(_ cells: [Span], from start: Instant, to end: Instant) -> Bool {
        guard let first = cells.first, let last = cells.last, first.start == start, last.end >= end else {
            return false
        }
        return zip(cells, cells.dropFirst()).allSatisfy { $0.end == $1.start }
    }

    private static let columns =
        """
        start_at_ms, end_at_ms, open, places, cap, used, over_by, web_cap, web_used, mobile_cap, mobile_used, hall_cap,
        hall_used
        """
    private static let byDay = SQL(
        """
        SELECT \(columns) FROM booking_cell WHERE group_id = $1 AND day >= $2 AND day <= $3 ORDER BY start_at_ms
        """)

    static func cells(
        group: String, from: LocalDate, to: LocalDate, in db: any Statements
    ) throws -> [StoredCell] {
        try db.query(byDay, group, from, to).map(cell)
    }

    private static let lockDay = SQL(
        "UPDATE booking_cell SET open = open WHERE group_id = $1 AND day = $2 RETURNING \(columns)")

    /// The cells of one day, in order of time, which nobody else changes until the transaction ends.
    static func locked(group: String, day: LocalDate, in tx: any Transaction) throws -> [StoredCell] {
        try tx.query(lockDay, group, day).map(cell).sorted { $0.start < $1.start }
    }

    private static func cell(_ row: Row) throws -> StoredCell {
        StoredCell(
            start: try row.instant("start_at_ms"), end: try row.instant("end_at_ms"), open: try row.boolean("open"),
            places: try row.int("places"), cap: try row.int("cap"), used: try row.int("used"),
            over: try row.int("over_by"), webCap: try row.int("web_cap"), webUsed: try row.int("web_used"),
            mobileCap: try row.int("mobile_cap"), mobileUsed: try row.int("mobile_used"),
            hallCap: try row.int("hall_cap"), hallUsed: try row.int("hall_used"))
    }
}
