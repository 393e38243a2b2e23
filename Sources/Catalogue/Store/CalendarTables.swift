import Core
import Storage

/// The tables of `calendar.json`.
enum CalendarTables {
    /// One row of `catalogue_calendar_day`.
    struct Day: Sendable {
        let year: Int
        let day: NotableDay
    }

    /// Years without their days, which `days` holds.
    static let years = CatalogueTable<CalendarYear>(
        "catalogue_calendar_year", key: ["year"], columns: ["status", "notice", "guard_days"], order: "year",
        bind: { year, _ in
            [.integer(year.year), .text(year.status.rawValue), .text(year.notice), .integer(year.guardDays)]
        },
        read: {
            CalendarYear(
                year: try $0.int("year"), status: try $0.raw("status"), notice: try $0.text("notice"),
                guardDays: try $0.int("guard_days"), days: [])
        })

    static let days = CatalogueTable<Day>(
        "catalogue_calendar_day", key: ["date"], columns: ["year", "kind", "acts_as_weekday", "name_zh", "name_en"],
        order: "date",
        bind: { row, _ in
            [
                .text(row.day.date.description), .integer(row.year), .text(row.day.kind.rawValue),
                row.day.actsAsWeekday.map { .integer($0) } ?? .null, .text(row.day.name.zh), .text(row.day.name.en),
            ]
        },
        read: {
            Day(
                year: try $0.int("year"),
                day: NotableDay(
                    date: try $0.date("date"), kind: try $0.raw("kind"),
                    actsAsWeekday: try $0.optionalInteger("acts_as_weekday").map { Int($0) },
                    name: try $0.localized("name")))
        })
}
