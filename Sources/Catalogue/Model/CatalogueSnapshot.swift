package import Core

/// The whole catalogue at one revision, immutable and indexed; every read of every channel is answered
/// from one of these.
package struct CatalogueSnapshot: Sendable {
    /// Grows with every change of the tables; 0 for a snapshot that never was in a database.
    package let revision: Int64
    package let content: CatalogueContent
    package let calendar: WorkCalendar
    package let search: CatalogueSearch
    /// Tells one snapshot from another, also when both have the same revision.
    let edition = Edition()
    let fragments: CatalogueFragments
    private let departmentsByID: [String: Department]
    private let citiesByID: [String: City]
    private let itemsByID: [String: ServiceItem]
    private let hallsByID: [String: Hall]
    private let zonesByID: [String: Zone]
    private let groupsByID: [String: WindowGroup]
    private let windowsByID: [String: ServiceWindow]
    private let zonesByHall: [String: [Zone]]
    private let groupsByHall: [String: [WindowGroup]]
    private let windowsByGroup: [String: [ServiceWindow]]
    private let windowsByHall: [String: [ServiceWindow]]
    private let groupByHallAndItem: [String: [String: WindowGroup]]
    private let hallsByItem: [String: [Hall]]

    package init(content: CatalogueContent, revision: Int64 = 0) {
        self.init(content: content, revision: revision, pinyin: nil)
    }

    /// - Parameter pinyin: readings to build the search index with; `nil` makes those the content needs.
    init(content: CatalogueContent, revision: Int64, pinyin: PinyinTable?) {
        self.revision = revision
        self.content = content
        search = CatalogueSearch(content, pinyin: pinyin)
        fragments = CatalogueFragments(content)
        calendar = WorkCalendar(years: content.calendar)
        departmentsByID = CatalogueSnapshot.index(content.departments, by: \.id)
        citiesByID = CatalogueSnapshot.index(content.cities, by: \.id)
        itemsByID = CatalogueSnapshot.index(content.items, by: \.id)
        hallsByID = CatalogueSnapshot.index(content.halls, by: \.id)
        zonesByID = CatalogueSnapshot.index(content.zones, by: \.id)
        groupsByID = CatalogueSnapshot.index(content.groups, by: \.id)
        windowsByID = CatalogueSnapshot.index(content.windows, by: \.id)
        zonesByHall = Dictionary(grouping: content.zones, by: \.hall)
        groupsByHall = Dictionary(grouping: content.groups, by: \.hall)
        windowsByGroup = Dictionary(grouping: content.windows, by: \.group)
        windowsByHall = Dictionary(grouping: content.windows, by: \.hall)
        groupByHallAndItem = groupsByHall.mapValues { groups in
            Dictionary(
                groups.flatMap { group in group.items.map { ($0, group) } }, uniquingKeysWith: { first, _ in first })
        }
        var halls = [String: [Hall]]()
        for hall in content.halls {
            for item in groupByHallAndItem[hall.id, default: [:]].keys { halls[item, default: []].append(hall) }
        }
        hallsByItem = halls
    }

    private static func index<Value>(_ values: [Value], by id: (Value) -> String) -> [String: Value] {
        Dictionary(values.map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The identity of a snapshot.
    final class Edition: Sendable {}

    /// Fingerprint of the item's content: equal on all channels exactly when the content is (事项同源).
    package func version(ofItem id: String) -> String? { fragments.versions[id] }

    package var departments: [Department] { content.departments }
    package var items: [ServiceItem] { content.items }
    package var halls: [Hall] { content.halls }
    /// Cities whose code is in use.
    package var cities: [City] { content.cities.filter { $0.abolishedOn == nil } }

    package func department(_ id: String) -> Department? { departmentsByID[id] }
    package func city(_ id: String) -> City? { citiesByID[id] }
    package func item(_ id: String) -> ServiceItem? { itemsByID[id] }
    package func hall(_ id: String) -> Hall? { hallsByID[id] }
    package func zone(_ id: String) -> Zone? { zonesByID[id] }
    package func group(_ id: String) -> WindowGroup? { groupsByID[id] }
    package func window(_ id: String) -> ServiceWindow? { windowsByID[id] }

    package func zones(in hall: String) -> [Zone] { zonesByHall[hall] ?? [] }
    package func groups(in hall: String) -> [WindowGroup] { groupsByHall[hall] ?? [] }
    package func windows(of group: String) -> [ServiceWindow] { windowsByGroup[group] ?? [] }
    /// Whether anybody could ever call a number of the queue.
    package func hasWindows(_ group: String) -> Bool { !windows(of: group).isEmpty }
    package func windows(in hall: String) -> [ServiceWindow] { windowsByHall[hall] ?? [] }

    /// The one group that serves an item in a hall; `nil` when the hall does not do the item.
    package func group(serving item: String, in hall: String) -> WindowGroup? { groupByHallAndItem[hall]?[item] }

    /// The halls that do an item, in catalogue order.
    package func halls(serving item: String) -> [Hall] { hallsByItem[item] ?? [] }

    /// The items a hall does, in catalogue order.
    package func items(in hall: String) -> [ServiceItem] {
        let served = groupByHallAndItem[hall] ?? [:]
        return content.items.filter { served[$0.id] != nil }
    }
}

extension CatalogueSnapshot {
    package func day(_ date: LocalDate) -> CalendarDay { calendar.day(date) }
    package func dayKind(_ date: LocalDate) -> DayKind { calendar.day(date).kind }

    /// The hall's hours on a date with holidays and make-up days applied; empty when closed or unknown.
    package func openings(of hall: Hall, on date: LocalDate) -> [Opening] {
        let weekday = hall.followsCalendar ? calendar.day(date).templateWeekday : date.weekday
        guard let weekday else { return [] }
        return hall.openings.filter { $0.weekday == weekday }
    }

    /// Whether the doors are open at an instant; `false` for an unknown hall.
    package func isOpen(_ hall: String, at instant: Instant) -> Bool {
        guard let hall = hallsByID[hall] else { return false }
        let minute = ProvinceTime.minuteOfDay(of: instant)
        return openings(of: hall, on: ProvinceTime.date(of: instant)).contains {
            $0.opens <= minute && minute < $0.closes
        }
    }

    /// When the doors open next after an instant; `nil` where the calendar knows of no such day within a month.
    package func nextOpening(of hall: Hall, after instant: Instant) -> Instant? {
        let today = ProvinceTime.date(of: instant)
        for days in 0...31 {
            let date = today.adding(days: days)
            let starts = openings(of: hall, on: date).map { ProvinceTime.instant(of: date, minute: $0.opens) }
            if let next = starts.filter({ $0 > instant }).min() { return next }
        }
        return nil
    }

    /// Whether one of the hall's times, each `slotMinutes` long, may begin within a span.
    package func mayBegin(in hall: Hall, from start: Instant, through end: Instant) -> Bool {
        let days = ProvinceTime.date(of: start).dayNumber...ProvinceTime.date(of: end).dayNumber
        return days.map { LocalDate(dayNumber: $0) }.contains { date in
            openings(of: hall, on: date).contains { opening in
                ProvinceTime.instant(of: date, minute: opening.opens) <= end
                    && ProvinceTime.instant(of: date, minute: opening.closes - hall.slotMinutes) >= start
            }
        }
    }

    /// Whether a time for the item may be booked at the hall at all (on some day, by somebody).
    package func isBookable(_ item: ServiceItem, at hall: String) -> Bool {
        item.booking == .allowed && group(serving: item.id, in: hall) != nil
    }
}
