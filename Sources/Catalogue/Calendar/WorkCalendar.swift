package import Core

/// The State Council's work calendar, year by year.
///
/// A year without a table, and the days of a provisional year that a notice may still change,
/// are not offered for booking: a promise that a later notice breaks is worse than none.
package struct WorkCalendar: Sendable, Hashable {
    package let years: [CalendarYear]
    private let byYear: [Int: CalendarYear]
    private let notable: [LocalDate: NotableDay]

    package init(years: [CalendarYear]) {
        self.years = years.sorted { $0.year < $1.year }
        byYear = Dictionary(years.map { ($0.year, $0) }, uniquingKeysWith: { _, last in last })
        notable = Dictionary(
            years.flatMap(\.days).map { ($0.date, $0) }, uniquingKeysWith: { _, last in last })
    }

    package func day(_ date: LocalDate) -> CalendarDay {
        guard let year = byYear[date.year] else {
            return CalendarDay(date: date, kind: .unannounced, templateWeekday: nil, name: nil)
        }
        if let day = notable[date] {
            switch day.kind {
            case .off: return CalendarDay(date: date, kind: .holiday, templateWeekday: nil, name: day.name)
            case .makeup:
                return CalendarDay(
                    date: date, kind: .makeup, templateWeekday: day.actsAsWeekday ?? date.weekday, name: day.name)
            }
        }
        if year.status == .provisional, date.weekday >= 6 || isNearHoliday(date, within: year.guardDays) {
            return CalendarDay(date: date, kind: .unannounced, templateWeekday: nil, name: nil)
        }
        return CalendarDay(
            date: date, kind: date.weekday >= 6 ? .weekend : .workday, templateWeekday: date.weekday, name: nil)
    }

    private func isNearHoliday(_ date: LocalDate, within days: Int) -> Bool {
        guard days > 0 else { return false }
        return (-days...days).contains { notable[date.adding(days: $0)]?.kind == .off }
    }
}

/// One year of the calendar with the notice it was taken from.
package struct CalendarYear: Sendable, Hashable, Codable {
    package let year: Int
    package let status: Status
    /// Number and title of the notice; empty while the year is provisional.
    package let notice: String
    /// In a provisional year, the days before and after a statutory day that a notice may still change.
    package let guardDays: Int
    package let days: [NotableDay]

    package enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case final, provisional
    }

    package init(year: Int, status: Status, notice: String, guardDays: Int = 0, days: [NotableDay]) {
        self.year = year
        self.status = status
        self.notice = notice
        self.guardDays = guardDays
        self.days = days
    }
}

/// A day that the calendar takes out of the ordinary week.
package struct NotableDay: Sendable, Hashable, Codable {
    package let date: LocalDate
    package let kind: Kind
    /// For make-up days: whose weekday's hours apply, 1 Monday … 7 Sunday.
    package let actsAsWeekday: Int?
    package let name: LocalizedText

    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case off, makeup
    }

    package init(date: LocalDate, kind: Kind, actsAsWeekday: Int? = nil, name: LocalizedText) {
        self.date = date
        self.kind = kind
        self.actsAsWeekday = actsAsWeekday
        self.name = name
    }
}

/// What the calendar says of one date.
package struct CalendarDay: Sendable, Hashable {
    package let date: LocalDate
    package let kind: DayKind
    /// The weekday whose hours apply (ISO 8601); `nil` when halls that follow the calendar are closed
    /// or the day is not yet announced.
    package let templateWeekday: Int?
    /// The holiday, or the holiday that a make-up day belongs to.
    package let name: LocalizedText?

    package init(date: LocalDate, kind: DayKind, templateWeekday: Int?, name: LocalizedText?) {
        self.date = date
        self.kind = kind
        self.templateWeekday = templateWeekday
        self.name = name
    }
}

package enum DayKind: String, Sendable, Hashable, Codable, CaseIterable {
    case workday, weekend, holiday, makeup
    /// No notice covers the day yet: nothing may be booked on it.
    case unannounced
}
