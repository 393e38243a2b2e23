import Catalogue
import Core
import Web

/// Model of `booking/times`.
struct TimesPage: Sendable {
    let item: ItemPart
    let hall: HallPart
    let hallsURL: String
    let step = StepPart.chooseTime
    let notice: PageNotice?
    let days: [Day]
    let chosen: Chosen?

    struct Day: Sendable {
        let weekday: String
        let date: String
        let left: String
        let few: Bool
        let current: Bool
        /// `nil` on days without a free place.
        let url: String?
    }

    struct Chosen: Sendable {
        let title: String
        let holdURL: String
        /// Makes two presses one hold.
        let key: String
        let hasTimes: Bool
        let parts: [PartOfDay]
    }

    struct PartOfDay: Sendable {
        let name: String
        let summary: String
        let open: Bool
        let times: [Time]
    }

    struct Time: Sendable {
        let at: String
        let left: String
        let start: String
        let free: Bool
        let few: Bool
    }
}

/// The days of the booking horizon and the times of one of them, with what is really left.
struct ChooseTime: Sendable {
    let desk: PageDesk
    let words: PageWords
    /// At this many places or fewer, the count asks for attention.
    private static let few = 2

    /// - Parameter date: the day asked for; outside the horizon or `nil` the first day with a free place.
    func page(_ item: ServiceItem, _ hall: Hall, date: LocalDate?, notice: PageNotice?) async throws -> TimesPage {
        let last = words.today.adding(days: desk.settings.horizonDays - 1)
        let availability = try await desk.booking.slots.availability(
            hall: hall.id, item: item.id, from: words.today, to: last)
        let asked = date.flatMap { date in availability.days.first { $0.date == date } }?.date
        let chosen = asked ?? availability.days.first { $0.remaining > 0 }?.date
        let url = pagePath("book", item.id, hall.id)
        let days = availability.days.map { day in
            TimesPage.Day(
                weekday: words.nearDay(day.date), date: words.shortDate(day.date), left: left(day),
                few: (1...ChooseTime.few * 3).contains(day.remaining), current: day.date == chosen,
                url: day.remaining > 0 || day.date == chosen ? url + "?date=\(day.date)" : nil)
        }
        return TimesPage(
            item: ItemPart(item, words: words), hall: HallPart(hall, words: words),
            hallsURL: pagePath("book", item.id), notice: notice, days: days,
            chosen: try await chosen.asyncMap { try await times(item, hall, on: $0, url: url) })
    }

    private func left(_ day: DayAvailability) -> String {
        guard day.open else { return words("booking.left.closed") }
        return day.remaining > 0 ? words.count("booking.left.days", day.remaining) : words("booking.left.full")
    }

    private func times(
        _ item: ServiceItem, _ hall: Hall, on date: LocalDate, url: String
    ) async throws -> TimesPage.Chosen {
        let slots = try await desk.booking.slots.slots(hall: hall.id, item: item.id, date: date).slots
            .filter { $0.start > desk.now }
        let parts = Dictionary(grouping: slots) { DayPart(minute: ProvinceTime.minuteOfDay(of: $0.start)) }
        // A long day shows the next part that has room; a short day shows all.
        let isLong = slots.count > 36
        let firstFree = DayPart.allCases.first { parts[$0]?.contains { $0.remaining > 0 } ?? false }
        return TimesPage.Chosen(
            title: words.date(date), holdURL: url + "/hold", key: desk.newKey(), hasTimes: !slots.isEmpty,
            parts: DayPart.allCases.compactMap { part in
                guard let slots = parts[part] else { return nil }
                return TimesPage.PartOfDay(
                    name: words("booking.part.\(part.rawValue)"),
                    summary: words.count("booking.part.summary", slots.count { $0.remaining > 0 }),
                    open: !isLong || part == firstFree, times: slots.map(time))
            })
    }

    private func time(_ slot: Slot) -> TimesPage.Time {
        TimesPage.Time(
            at: ProvinceTime.clock(slot.start),
            left: slot.remaining > 0
                ? words.count("booking.left.times", slot.remaining) : words("booking.left.full"),
            start: ProvinceTime.format(slot.start), free: slot.remaining > 0,
            few: (1...ChooseTime.few).contains(slot.remaining))
    }
}

/// How people speak of the time of day.
enum DayPart: String, CaseIterable, Sendable {
    case night, morning, afternoon, evening

    /// - Parameter minute: minutes after midnight.
    init(minute: Int) {
        switch minute {
        case ..<360: self = .night
        case ..<720: self = .morning
        case ..<1080: self = .afternoon
        default: self = .evening
        }
    }
}

extension Optional where Wrapped: Sendable {
    func asyncMap<Result: Sendable>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
