import Catalogue
import Core
import Web

/// The days of the booking horizon and the times of one of them, with what is really left: the same on the page that
/// books and on the page that moves a booking.
struct FreeTimes: Sendable {
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
        /// The time that the person has already.
        var mine = false
    }
}

/// Reads the free times of a visit in a hall.
struct FindTimes: Sendable {
    let desk: PageDesk
    let words: PageWords
    let items: [String]
    let hall: String
    /// Whose share of the places is counted.
    var channel = Channel.web
    /// Where a day leads to, with `?date=` behind it.
    let url: String
    /// The time a booking has that is being moved; it is shown and cannot be chosen.
    var mine: Instant?
    /// A time that has just turned out to be full.
    var taken: Instant?
    /// At this many places or fewer, the count asks for attention.
    private static let few = 2
    /// Longer days show the next part that has room and fold the others.
    private static let shortDay = 36

    /// - Parameter date: the day asked for; outside the horizon or `nil` the first day with a free place.
    func read(date: LocalDate?) async throws -> FreeTimes {
        let last = words.today.adding(days: desk.settings.horizonDays - 1)
        let availability = try await desk.booking.slots.availability(
            hall: hall, items: items, from: words.today, to: last, channel: channel)
        let asked = date.flatMap { date in availability.days.first { $0.date == date } }?.date
        let chosen = asked ?? availability.days.first { $0.remaining > 0 }?.date
        let days = availability.days.map { day in
            FreeTimes.Day(
                weekday: words.nearDay(day.date), date: words.shortDate(day.date), left: left(day),
                few: (1...FindTimes.few * 3).contains(day.remaining), current: day.date == chosen,
                url: day.remaining > 0 || day.date == chosen ? url + "?date=\(day.date)" : nil)
        }
        return FreeTimes(days: days, chosen: try await chosen.asyncMap { try await times(on: $0) })
    }

    private func left(_ day: DayAvailability) -> String {
        guard day.open else { return words("booking.left.closed") }
        return day.remaining > 0 ? words.count("booking.left.days", day.remaining) : words("booking.left.full")
    }

    private func times(on date: LocalDate) async throws -> FreeTimes.Chosen {
        let slots = try await desk.booking.slots.slots(hall: hall, items: items, date: date, channel: channel).slots
            .filter { $0.start > desk.now }
            .map { $0.start == taken ? Slot(start: $0.start, end: $0.end, remaining: 0) : $0 }
        let parts = Dictionary(grouping: slots) { DayPart(minute: ProvinceTime.minuteOfDay(of: $0.start)) }
        let isLong = slots.count > FindTimes.shortDay
        let opened = DayPart.opened(of: parts, mine: mine)
        return FreeTimes.Chosen(
            title: words.date(date), hasTimes: !slots.isEmpty,
            parts: DayPart.allCases.compactMap { part in
                guard let slots = parts[part] else { return nil }
                return FreeTimes.PartOfDay(
                    name: words("booking.part.\(part.rawValue)"),
                    summary: words.count("booking.part.summary", slots.count { $0.remaining > 0 }),
                    open: !isLong || opened.contains(part), times: slots.map(time))
            })
    }

    private func time(_ slot: Slot) -> FreeTimes.Time {
        let isMine = slot.start == mine
        let left =
            isMine
            ? words("booking.move.here")
            : slot.remaining > 0 ? words.count("booking.left.times", slot.remaining) : words("booking.left.full")
        return FreeTimes.Time(
            at: ProvinceTime.clock(slot.start), left: left, start: ProvinceTime.format(slot.start),
            free: slot.remaining > 0 && !isMine, few: (1...FindTimes.few).contains(slot.remaining), mine: isMine)
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

    /// The parts of a long day that stand open: the first in which a place can be had, and the one that holds the
    /// booking that is being moved.
    static func opened(of parts: [DayPart: [Slot]], mine: Instant?) -> Set<DayPart> {
        let free = allCases.first { parts[$0]?.contains { $0.remaining > 0 && $0.start != mine } ?? false }
        let held = allCases.first { parts[$0]?.contains { $0.start == mine } ?? false }
        return Set([free, held].compactMap { $0 })
    }
}
