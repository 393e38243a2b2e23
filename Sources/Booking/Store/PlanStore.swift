import Core
import Storage

/// Writes a diff of cells; conditional on nothing but the rows themselves, so bookings go on meanwhile.
enum PlanStore {
    private static let rowColumns = 8
    private static let batch = 50

    private static func insertion(_ count: Int) -> SQL {
        let rows = (0..<count).map { row in
            let first = 3 + row * rowColumns
            return "($1, $2, TRUE, " + (0..<rowColumns).map { "$\(first + $0)" }.joined(separator: ", ") + ")"
        }
        return SQL(
            """
            INSERT INTO booking_cell (group_id, day, open, start_at_ms, end_at_ms, places, cap, web_cap, mobile_cap,
                hall_cap, used) VALUES
            """ + " " + rows.joined(separator: ", ") + " ON CONFLICT (group_id, start_at_ms) DO NOTHING")
    }

    private static let insertMany = insertion(batch)
    private static let insertOne = insertion(1)

    static func add(_ cells: [PlannedCell], group: String, day: LocalDate, in tx: any Transaction) throws {
        var rest = cells[...]
        while !rest.isEmpty {
            let count = rest.count >= batch ? batch : 1
            let parameters: [SQLValue] =
                [.text(group), .text(day.description)]
                + rest.prefix(count).flatMap { cell in
                    [
                        cell.start.milliseconds, cell.end.milliseconds, Int64(cell.places), Int64(cell.cap),
                        Int64(cell.web), Int64(cell.mobile), Int64(cell.hall), 0,
                    ].map(SQLValue.integer)
                }
            _ = try tx.execute(count == batch ? insertMany : insertOne, parameters)
            rest = rest.dropFirst(count)
        }
    }

    /// What is used stays; what is used beyond the target is marked. The row computes both, since bookings may
    /// have come since the diff was made.
    private static let change: SQL = """
        UPDATE booking_cell
        SET open = $3, places = $4, end_at_ms = $5,
            cap = CASE WHEN used > $6 THEN used ELSE $6 END,
            over_by = CASE WHEN used > $6 THEN used - $6 ELSE 0 END,
            web_cap = CASE WHEN web_used > $7 THEN web_used ELSE $7 END,
            mobile_cap = CASE WHEN mobile_used > $8 THEN mobile_used ELSE $8 END,
            hall_cap = CASE WHEN hall_used > $9 THEN hall_used ELSE $9 END
        WHERE group_id = $1 AND start_at_ms = $2
        """

    static func apply(_ changes: [CellDiff.Change], group: String, in tx: any Transaction) throws {
        for change in changes {
            let target = change.target
            try tx.execute(
                PlanStore.change, group, target.start, change.open, target.places, target.end, target.cap, target.web,
                target.mobile, target.hall)
        }
    }
}
