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

    private static let give: SQL = """
        UPDATE booking_person_limit SET used = used - 1 WHERE person = $1 AND kind = $2 AND period = $3 AND used > 0
        """

    /// The statement that raises the counter of open bookings, where it is limited, and those of so many items.
    private static func raise(active: Bool, items: Int) -> SQL {
        var rows = active ? ["($1, 'active', '', 1, $2)"] : []
        let cap = active ? 3 : 2
        rows += (0..<items).map { "($1, 'itemDay', $\(cap + 1 + $0), 1, $\(cap))" }
        return SQL(
            "INSERT INTO booking_person_limit (person, kind, period, used, cap) VALUES " + rows.joined(separator: ", ")
                + """
                 ON CONFLICT (person, kind, period) DO UPDATE
                SET used = booking_person_limit.used + 1, cap = excluded.cap
                WHERE booking_person_limit.used < excluded.cap
                """)
    }

    private static let raiseAll = (0...CheckHold.maximumItems).map { raise(active: true, items: $0) }
    private static let raiseItems = (1...CheckHold.maximumItems).map { raise(active: false, items: $0) }

    /// A statement that raises a person's counters, and how many rows it changes when none is at its cap.
    struct Taking {
        let statement: (SQL, [SQLValue])
        let rows: Int
    }

    /// A visit counts once among the person's open bookings, and on its day once for each of its items; `nil` where no
    /// limit is set.
    func taking(person: String, items: [String], start: Instant) -> Taking? {
        taking(person: person, active: activeLimit > 0, periods: periods(of: items, on: start))
    }

    private func taking(person: String, active: Bool, periods: [String]) -> Taking? {
        guard active || !periods.isEmpty else { return nil }
        var values = [SQLValue.text(person)]
        if active { values.append(.integer(Int64(activeLimit))) }
        if !periods.isEmpty { values.append(.integer(Int64(itemDayLimit))) }
        values += periods.map(SQLValue.text)
        let statement = active ? LimitStore.raiseAll[periods.count] : LimitStore.raiseItems[periods.count - 1]
        return Taking(statement: (statement, values), rows: periods.count + (active ? 1 : 0))
    }

    /// - Throws: `limit-reached` when the statement changed fewer rows than it wanted to.
    func check(_ changed: Int, of taking: Taking) throws {
        guard changed == taking.rows else {
            throw Problem(
                .limitReached,
                "At most \(activeLimit) open bookings, and \(itemDayLimit) for the same matter on one day.")
        }
    }

    /// Gives back what a visit counts for.
    ///
    /// - Parameter keepsDay: its items go on counting on their day.
    func give(person: String, items: [String], start: Instant, keepsDay: Bool = false, in tx: any Transaction) throws {
        // Counter by counter in the order in which they are taken, so that nobody waits crosswise.
        if activeLimit > 0 { try tx.execute(LimitStore.give, person, "active", "") }
        guard !keepsDay else { return }
        for period in periods(of: items, on: start) { try tx.execute(LimitStore.give, person, "itemDay", period) }
    }

    /// Counts the items of a visit on its new day instead of the old one, which they leave only where it has not begun.
    ///
    /// - Throws: `limit-reached`; the transaction is then undone as a whole.
    func move(
        person: String, items: [String], from old: Instant, to new: Instant, at now: Instant, in tx: any Transaction
    )
        throws
    {
        let (left, day) = (ProvinceTime.date(of: old), ProvinceTime.date(of: new))
        guard left != day else { return }
        let given = left > ProvinceTime.date(of: now) ? periods(of: items, on: old) : []
        let taken = periods(of: items, on: new)
        for period in (given + taken).sorted() {
            guard taken.contains(period) else {
                try tx.execute(LimitStore.give, person, "itemDay", period)
                continue
            }
            guard let taking = taking(person: person, active: false, periods: [period]) else { continue }
            try check(try tx.execute(taking.statement.0, taking.statement.1), of: taking)
        }
    }

    /// The names of the counters, in the one order in which all change them.
    private func periods(of items: [String], on start: Instant) -> [String] {
        itemDayLimit > 0 ? items.map { "\(ProvinceTime.date(of: start))/\($0)" }.sorted() : []
    }
}
