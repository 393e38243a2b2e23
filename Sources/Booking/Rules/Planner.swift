import Catalogue
import Core
import ServiceLifecycle
import Storage

/// Keeps the cells of the horizon as the rules and the calendar want them.
package struct Planner: Sendable, Service {
    let core: BookingCore

    /// Plans until shutdown: at once, then as days begin and as rules, calendar or catalogue change.
    package func run() async throws {
        await BackgroundRounds(name: "plan", pause: .seconds(20)).run { try await plan() }
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
/// A day is planned again only when what it was planned from has changed: its rules, or the weekday it acts as.
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
        let fingerprint: String
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
        for batch in stride(from: 0, to: tasks.count, by: 20) {
            let part = Array(tasks[batch..<min(batch + 20, tasks.count)])
            try await database.transaction { tx in
                for task in part { try CellPlanner.apply(task, at: now, in: tx) }
            }
        }
        return tasks.count
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
                tasks.append(DayTask(group: group, day: day, weekday: weekday, rules: rules, fingerprint: fingerprint))
            }
        }
        return tasks.sorted { $0.day < $1.day }
    }

    static func apply(_ task: DayTask, at now: Instant, in tx: any Transaction) throws {
        let wanted = CellPlan.cells(of: task.rules, on: task.day, weekday: task.weekday)
        let stored = try CellStore.cells(group: task.group, from: task.day, to: task.day, in: tx)
        let diff = CellDiff(wanted: wanted, stored: stored)
        try PlanStore.add(diff.added, group: task.group, day: task.day, in: tx)
        try PlanStore.apply(diff.changed, group: task.group, in: tx)
        try RuleStore.markPlanned(
            group: task.group, day: task.day, fingerprint: task.fingerprint, at: now, in: tx)
    }
}
