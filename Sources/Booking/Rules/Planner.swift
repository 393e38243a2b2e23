import Catalogue
import Core
import ServiceLifecycle
import Storage
import Synchronization

/// Keeps the cells of the horizon as the rules and the calendar want them.
package struct Planner: Sendable, Service {
    let core: BookingCore

    /// At the latest after so long: days begin, and rules change without the catalogue.
    private static let pause = Duration.seconds(20)

    /// Plans until shutdown: at once, then as days begin and as rules, calendar or catalogue change.
    package func run() async throws {
        let last = Mutex<(revision: Int64?, tried: ContinuousClock.Instant)?>(nil)
        await BackgroundRounds(name: "plan", pause: .seconds(1)).run {
            // A day that has been closed must not go on taking bookings.
            let revision = core.catalogue.current.revision
            let isFresh = last.withLock { last in
                guard let known = last, known.revision == revision, .now - known.tried < Self.pause else {
                    last = (last?.revision, .now)
                    return false
                }
                return true
            }
            guard !isFresh else { return }
            try await plan()
            last.withLock { $0?.revision = revision }
        }
    }

    /// - Returns: how many days of groups were planned.
    @discardableResult
    package func plan() async throws -> Int {
        try await CellPlanner(database: core.database, catalogue: core.catalogue, settings: core.settings)
            .plan(at: core.now())
    }
}

/// Finds the days that are not planned as they should be, and plans them.
///
/// A day is planned again only when what it was planned from has changed: its rules, or the weekday it acts as. While
/// bookings made under older rules take capacity away, its plan is provisional: the day is looked at in every round,
/// and gets the capacity back as those bookings end.
struct CellPlanner: Sendable {
    let database: BookingDatabase
    let catalogue: Catalogue
    let settings: BookingSettings

    /// One group on one day that is to be planned.
    struct DayTask: Sendable, Hashable {
        let group: String
        let day: LocalDate
        let weekday: Int?
        let rules: [Rule]
        /// What the cells shall be planned from.
        let fingerprint: String
        /// What they are planned from now, as it was read; `nil` for a day that was never planned.
        let known: String?

        /// How the fingerprint is stored while bookings stand in the way.
        var provisional: String { fingerprint + "~" }
    }

    /// - Returns: how many days of groups were planned.
    @discardableResult
    func plan(at now: Instant) async throws -> Int {
        let today = ProvinceTime.date(of: now)
        let (rules, planned) = try await database.read { db in
            (try RuleStore.current(in: db), try RuleStore.planned(from: today, in: db))
        }
        let tasks = outstanding(rules: rules, planned: planned, from: today)
        // Small batches: bookings get their turn between them.
        var count = 0
        for batch in stride(from: 0, to: tasks.count, by: 20) {
            let part = Array(tasks[batch..<min(batch + 20, tasks.count)])
            count += try await database.transaction { tx in
                try part.reduce(0) { try CellPlanner.apply($1, at: now, in: tx) ? $0 + 1 : $0 }
            }
        }
        return count
    }

    func outstanding(rules: [Rule], planned: [String: [String: String]], from today: LocalDate) -> [DayTask] {
        let catalogue = self.catalogue.current
        let byGroup = Dictionary(grouping: rules, by: \.group)
        var tasks = [DayTask]()
        for group in Set(byGroup.keys).union(planned.keys).sorted() {
            let known = planned[group] ?? [:]
            // A group that has left the catalogue offers nothing more.
            let hall = catalogue.group(group).flatMap { catalogue.hall($0.hall) }
            let rules = hall == nil ? [] : byGroup[group] ?? []
            for offset in 0..<settings.horizonDays {
                let day = today.adding(days: offset)
                let weekday = hall.flatMap { CellPlan.weekday(for: $0, on: day, calendar: catalogue.calendar) }
                let fingerprint = CellPlan.fingerprint(of: rules, weekday: weekday)
                guard known[day.description] != fingerprint else { continue }
                tasks.append(
                    DayTask(
                        group: group, day: day, weekday: weekday, rules: rules, fingerprint: fingerprint,
                        known: known[day.description]))
            }
        }
        return tasks.sorted { $0.day < $1.day }
    }

    /// - Returns: `false` when there was nothing to do, or another planner was here since the task was made.
    static func apply(_ task: DayTask, at now: Instant, in tx: any Transaction) throws -> Bool {
        let wanted = CellPlan.cells(of: task.rules, on: task.day, weekday: task.weekday)
        if task.known == task.provisional {
            let stored = try CellStore.cells(group: task.group, from: task.day, to: task.day, in: tx)
            let diff = CellDiff(wanted: wanted, stored: stored)
            if diff.isEmpty, diff.isProvisional { return false }
        }
        // The day first, and only as it was read: of two planners one waits and then does nothing, so that older rules
        // never overwrite newer ones.
        guard
            try RuleStore.markPlanned(
                group: task.group, day: task.day, task.fingerprint, replacing: task.known, at: now, in: tx)
        else { return false }
        // Bookings wait from here on: what the diff is made from is still true when it is written.
        let stored = try CellStore.locked(group: task.group, day: task.day, in: tx)
        let diff = CellDiff(wanted: wanted, stored: stored)
        try PlanStore.add(diff.added, group: task.group, day: task.day, in: tx)
        try PlanStore.apply(diff.changed, group: task.group, in: tx)
        if diff.isProvisional {
            _ = try RuleStore.markPlanned(
                group: task.group, day: task.day, task.provisional, replacing: task.fingerprint, at: now, in: tx)
        }
        return true
    }
}
