import Core

/// `calendar.json`: the State Council's notices, year by year.
enum CalendarSeed {
    static func read(_ root: SeedMember, into content: inout CatalogueContent) throws {
        let root = try root.allowing(["years"])
        content.calendar = try root.required("years").list().map(year)
    }

    private static func year(_ entry: SeedMember) throws -> CalendarYear {
        let entry = try entry.allowing(["year", "status", "notice", "guardDays", "off", "makeup"])
        let year = try entry.required("year").integer(2000...2100)
        let status = try entry.required("status").choice(CalendarYear.Status.self)
        let notice = try entry.required("notice")
        guard case .string(let title) = notice.value else { throw notice.fault("must be a text") }
        if status == .final, title.isEmpty { throw notice.fault("must name the notice of a final year") }
        let off = try entry.required("off").list().flatMap { try daysOff($0, in: year) }
        let makeup = try entry.required("makeup").list().map { try makeupDay($0, in: year) }
        return CalendarYear(
            year: year, status: status, notice: title, guardDays: try entry.optional("guardDays")?.integer(0...30) ?? 0,
            days: (off + makeup).sorted { $0.date < $1.date })
    }

    private static func daysOff(_ entry: SeedMember, in year: Int) throws -> [NotableDay] {
        let entry = try entry.allowing(["from", "to", "name"])
        let first = try date("from", of: entry, in: year)
        let last = try date("to", of: entry, in: year)
        guard first <= last, last.dayNumber - first.dayNumber < 31 else {
            throw try entry.required("to").fault("must be at most 30 days after from, and not before it")
        }
        let name = try entry.required("name").localized()
        return (first.dayNumber...last.dayNumber).map { number in
            NotableDay(date: LocalDate(dayNumber: number), kind: .off, name: name)
        }
    }

    private static func makeupDay(_ entry: SeedMember, in year: Int) throws -> NotableDay {
        let entry = try entry.allowing(["date", "actsAsWeekday", "name"])
        let date = try date("date", of: entry, in: year)
        guard date.weekday >= 6 else {
            throw try entry.required("date").fault("must be a Saturday or Sunday: only those are worked to make up")
        }
        return NotableDay(
            date: date, kind: .makeup, actsAsWeekday: try entry.required("actsAsWeekday").integer(1...5),
            name: try entry.required("name").localized())
    }

    private static func date(_ name: String, of entry: SeedMember, in year: Int) throws -> LocalDate {
        let member = try entry.required(name)
        let date = try member.date()
        guard date.year == year else { throw member.fault("must lie in \(year)") }
        return date
    }
}
