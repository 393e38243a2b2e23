import Catalogue
import Core

/// The capacity that the rules want at one time.
struct PlannedCell: Sendable, Hashable {
    let start: Instant
    let end: Instant
    let places: Int
    let cap: Int
    let web: Int
    let mobile: Int
    let hall: Int

    static func none(from start: Instant, to end: Instant) -> PlannedCell {
        PlannedCell(start: start, end: end, places: 0, cap: 0, web: 0, mobile: 0, hall: 0)
    }
}

/// A cell as the table has it.
struct StoredCell: Sendable, Hashable {
    let start: Instant
    let end: Instant
    let open: Bool
    let places: Int
    let cap: Int
    let used: Int
    let over: Int
    let webCap: Int
    let webUsed: Int
    let mobileCap: Int
    let mobileUsed: Int
    let hallCap: Int
    let hallUsed: Int
}

enum CellPlan {
    /// The cells of one day, in order of time.
    ///
    /// - Parameter weekday: whose rules apply; `nil` on a day on which nothing is offered.
    static func cells(of rules: [Rule], on date: LocalDate, weekday: Int?) -> [PlannedCell] {
        guard let weekday else { return [] }
        var byStart = [Instant: PlannedCell]()
        for rule in rules.sorted(by: { $0.series < $1.series }) where rule.weekdays.contains(weekday) {
            for minute in stride(from: rule.from, through: rule.to - rule.slotMinutes, by: rule.slotMinutes) {
                let start = ProvinceTime.instant(of: date, minute: minute)
                // Two rules for one start would promise the same officers twice; the first series wins.
                guard byStart[start] == nil else { continue }
                byStart[start] = PlannedCell(
                    start: start, end: start + .minutes(rule.slotMinutes), places: rule.places, cap: rule.bookable,
                    web: rule.shares.cap(of: .web, in: rule.bookable),
                    mobile: rule.shares.cap(of: .mobile, in: rule.bookable),
                    hall: rule.shares.cap(of: .hall, in: rule.bookable))
            }
        }
        return byStart.values.sorted { $0.start < $1.start }
    }

    /// The weekday whose rules a hall follows on a date.
    static func weekday(for hall: Hall, on date: LocalDate, calendar: WorkCalendar) -> Int? {
        hall.followsCalendar ? calendar.day(date).templateWeekday : date.weekday
    }

    /// Changes exactly when the same date would be planned differently.
    static func fingerprint(of rules: [Rule], weekday: Int?) -> String {
        guard let weekday else { return "closed" }
        let parts = rules.filter { $0.weekdays.contains(weekday) }.map { "\($0.series)#\($0.version)" }.sorted()
        return "\(weekday):" + parts.joined(separator: ",")
    }
}
