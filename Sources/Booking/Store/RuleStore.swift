import Core
import Storage

enum RuleStore {
    private static let current: SQL = """
        SELECT series, version, group_id, weekdays, from_minute, to_minute, slot_minutes, places, walk_in_percent,
            web_percent, mobile_percent, hall_percent
        FROM booking_rule WHERE retired_at_ms IS NULL ORDER BY series
        """

    /// The valid version of every rule.
    static func current(in db: any Statements) throws -> [Rule] {
        try db.query(current).map { row in
            Rule(
                series: try row.text("series"), version: try row.int("version"), group: try row.text("group_id"),
                weekdays: Set(try row.text("weekdays").compactMap(\.wholeNumberValue)),
                from: try row.int("from_minute"),
                to: try row.int("to_minute"), slotMinutes: try row.int("slot_minutes"), places: try row.int("places"),
                walkInPercent: try row.int("walk_in_percent"),
                shares: ChannelShares(
                    web: try row.int("web_percent"), mobile: try row.int("mobile_percent"),
                    hall: try row.int("hall_percent")))
        }
    }

    private static let retire: SQL = """
        UPDATE booking_rule SET retired_at_ms = $2 WHERE series = $1 AND retired_at_ms IS NULL
        """
    private static let insert: SQL = """
        INSERT INTO booking_rule (id, series, version, group_id, weekdays, from_minute, to_minute, slot_minutes, places,
            walk_in_percent, web_percent, mobile_percent, hall_percent, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """

    static func retire(series: String, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(retire, series, now)
    }

    static func insert(_ rule: Rule, id: String, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(
            insert, id, rule.series, rule.version, rule.group, rule.weekdays.sorted().map(String.init).joined(),
            rule.from, rule.to, rule.slotMinutes, rule.places, rule.walkInPercent, rule.shares.web,
            rule.shares.mobile, rule.shares.hall, now)
    }

    private static let lastVersions: SQL = "SELECT series, max(version) AS version FROM booking_rule GROUP BY series"

    /// Puts exactly these rules in force: what is unchanged stays, what has changed gets a new version, the rest is
    /// retired.
    static func replace(by wanted: [Rule], at now: Instant, newID: () -> String, in tx: any Transaction) throws {
        let current = Dictionary(uniqueKeysWithValues: try self.current(in: tx).map { ($0.series, $0) })
        var versions = [String: Int]()
        for row in try tx.query(lastVersions) { versions[try row.text("series")] = try row.int("version") }
        for rule in wanted {
            if let old = current[rule.series] {
                if old == rule.at(version: old.version) { continue }
                try retire(series: rule.series, at: now, in: tx)
            }
            try insert(rule.at(version: (versions[rule.series] ?? 0) + 1), id: newID(), at: now, in: tx)
        }
        let kept = Set(wanted.map(\.series))
        for series in current.keys.sorted() where !kept.contains(series) {
            try retire(series: series, at: now, in: tx)
        }
    }

    private static let allPlanned: SQL = """
        SELECT group_id, day, fingerprint FROM booking_planned_day WHERE day >= $1
        """

    /// By group and day, from `date` on, what the cells were planned from.
    static func planned(from date: LocalDate, in db: any Statements) throws -> [String: [String: String]] {
        var planned = [String: [String: String]]()
        for row in try db.query(allPlanned, date) {
            planned[try row.text("group_id"), default: [:]][try row.text("day")] = try row.text("fingerprint")
        }
        return planned
    }

    private static let firstPlan: SQL = """
        INSERT INTO booking_planned_day (group_id, day, fingerprint, planned_at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (group_id, day) DO NOTHING
        """
    private static let nextPlan: SQL = """
        UPDATE booking_planned_day SET fingerprint = $3, planned_at_ms = $4
        WHERE group_id = $1 AND day = $2 AND fingerprint = $5
        """

    /// Says what a day is planned from; locks the day against other planners until the transaction ends.
    ///
    /// - Parameter known: what it must have been planned from until now; `nil` for never.
    /// - Returns: `false` when that is not so.
    static func markPlanned(
        group: String, day: LocalDate, _ fingerprint: String, replacing known: String?, at now: Instant,
        in tx: any Transaction
    ) throws -> Bool {
        guard let known else { return try tx.execute(firstPlan, group, day, fingerprint, now) == 1 }
        return try tx.execute(nextPlan, group, day, fingerprint, now, known) == 1
    }
}
