import Core
import Storage

/// Counters of what one person holds on all channels together.
struct LimitStore: Sendable {
    let activeLimit: Int
    let itemDayLimit: Int

    init(_ settings: BookingSettings) {
        activeLimit = settings.activeLimit
        itemDayLimit = settings.itemDayLimit
    }

    private static let raise =
        """
         ON CONFLICT (person, kind, period) DO UPDATE
        SET used = booking_person_limit.used + 1, cap = excluded.cap
        WHERE booking_person_limit.used < excluded.cap
        """
    private static let insert = "INSERT INTO booking_person_limit (person, kind, period, used, cap) VALUES "
    private static let takeBoth = SQL(
        insert + "($1, 'active', '', 1, $2), ($1, 'itemDay', $3, 1, $4)" + raise)
    private static let takeActive = SQL(insert + "($1, 'active', '', 1, $2)" + raise)
    private static let takeItemDay = SQL(insert + "($1, 'itemDay', $2, 1, $3)" + raise)
    private static let give: SQL = """
        UPDATE booking_person_limit SET used = used - 1
        WHERE person = $1 AND used > 0 AND ((kind = 'active' AND period = '') OR (kind = 'itemDay' AND period = $2))
        """

    /// A statement that raises a person's counters, and how many rows it changes when none is at its cap.
    struct Taking {
        let statement: (SQL, [SQLValue])
        let rows: Int
    }

    /// `nil` where no limit is set.
    func taking(person: String, item: String, start: Instant) -> Taking? {
        let person = SQLValue.text(person)
        let period = SQLValue.text(LimitStore.period(item: item, start: start))
        let (active, itemDay) = (SQLValue.integer(Int64(activeLimit)), SQLValue.integer(Int64(itemDayLimit)))
        return switch (activeLimit > 0, itemDayLimit > 0) {
        case (true, true): Taking(statement: (LimitStore.takeBoth, [person, active, period, itemDay]), rows: 2)
        case (true, false): Taking(statement: (LimitStore.takeActive, [person, active]), rows: 1)
        case (false, true): Taking(statement: (LimitStore.takeItemDay, [person, period, itemDay]), rows: 1)
        case (false, false): nil
        }
    }

    /// - Throws: `limit-reached`; the transaction is then undone as a whole.
    func take(person: String, item: String, start: Instant, in tx: any Transaction) throws {
        guard let taking = taking(person: person, item: item, start: start) else { return }
        try check(try tx.execute(taking.statement.0, taking.statement.1), of: taking)
    }

    /// - Throws: `limit-reached` when the statement changed fewer rows than it wanted to.
    func check(_ changed: Int, of taking: Taking) throws {
        guard changed == taking.rows else {
            throw Problem(
                .limitReached,
                "At most \(activeLimit) open bookings, and \(itemDayLimit) for the same matter on one day.")
        }
    }

    func give(person: String, item: String, start: Instant, in tx: any Transaction) throws {
        guard activeLimit > 0 || itemDayLimit > 0 else { return }
        try tx.execute(LimitStore.give, person, LimitStore.period(item: item, start: start))
    }

    private static func period(item: String, start: Instant) -> String {
        "\(ProvinceTime.date(of: start))/\(item)"
    }
}
