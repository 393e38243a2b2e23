import Core

/// Model of `catalogue/hall`: one hall with its hours, areas and what is done there.
struct HallPage: Sendable {
    struct Day: Sendable {
        let label: String
        let hours: String
        let hasNote: Bool
        let note: String
    }

    struct Service: Sendable {
        let name: String
        let note: String
        let url: String
        let bookable: Bool
        let bookURL: String
    }

    struct Group: Sendable {
        let letter: String
        let name: String
        let note: String
        let open: Bool
        let hasItems: Bool
        let items: [Service]
    }

    let name: String
    let address: String
    let city: String
    let cityURL: String
    let today: String
    let badge: String
    let badgeStyle: String
    let days: [Day]
    let groups: [Group]
    let floors: [PageFact]
    let hasRelated: Bool
    let related: [HallRow]
    let mapURL: String

    init(_ hall: Hall, at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        let state = HallState(hall, at: now, in: snapshot, text: text)
        let date = ProvinceTime.date(of: now)
        name = text.of(hall.name)
        address = text.of(hall.address)
        city = snapshot.city(hall.city).map { text.of($0.name) } ?? hall.city
        cityURL = PageURL.halls(["city": hall.city])
        today = state.today
        badge = state.badge
        badgeStyle = state.style
        days = (0..<7).map { HallPage.day(date.adding(days: $0), of: hall, in: snapshot, text) }
        let all = snapshot.groups(in: hall.id)
        // Several long lists stay folded, so that hours and areas are in reach on a phone.
        groups = all.map { HallPage.group($0, of: hall, open: all.count == 1, in: snapshot, text) }
        let zones = Dictionary(grouping: snapshot.zones(in: hall.id), by: \.floor)
        floors = zones.keys.sorted().map { floor in
            PageFact(
                label: text(floor < 0 ? "hall.basement" : "hall.floor", ["floor": String(abs(floor))]),
                value: zones[floor, default: []].map { text.of($0.name) }.joined(separator: text("hall.and")))
        }
        let parent = hall.parent.flatMap(snapshot.hall).map { [$0] } ?? []
        related = (parent + snapshot.halls.filter { $0.parent == hall.id }).map {
            HallRow(Found(value: $0), at: now, in: snapshot, text: text)
        }
        hasRelated = !related.isEmpty
        let place = "\(hall.place.latitude)&mlon=\(hall.place.longitude)"
        mapURL = "https://www.openstreetmap.org/?mlat=\(place)#map=15/\(hall.place.latitude)/\(hall.place.longitude)"
    }

    private static func day(_ date: LocalDate, of hall: Hall, in snapshot: CatalogueSnapshot, _ text: PageText) -> Day {
        let openings = snapshot.openings(of: hall, on: date)
        let day = snapshot.day(date)
        var note = ""
        if hall.followsCalendar, let name = day.name.map(text.of) {
            if day.kind == .holiday { note = text("hall.holiday", ["name": name]) }
            if day.kind == .makeup, let weekday = day.templateWeekday {
                note = text("hall.makeup", ["name": name, "weekday": text.weekday(weekday)])
            }
        }
        let unknown = hall.followsCalendar && day.kind == .unannounced
        return Day(
            label: text(
                "hall.day",
                ["month": String(date.month), "day": String(date.day), "weekday": text.weekday(date.weekday)]),
            hours: unknown
                ? text("hall.unannounced") : openings.isEmpty ? text("hall.closedDay") : text.hours(openings),
            hasNote: !note.isEmpty, note: note)
    }

    private static func group(
        _ group: WindowGroup, of hall: Hall, open: Bool, in snapshot: CatalogueSnapshot, _ text: PageText
    ) -> Group {
        let zone = snapshot.zone(group.zone)
        let items = group.items.compactMap(snapshot.item)
        return Group(
            letter: group.letter, name: text.of(group.name),
            note: text(
                "hall.windows",
                ["count": String(snapshot.windows(of: group.id).count), "zone": zone.map { text.of($0.name) } ?? ""]),
            open: open, hasItems: !items.isEmpty,
            items: items.map { item in
                let department = snapshot.department(item.department).map { text.of($0.name) } ?? ""
                return Service(
                    name: text.of(item.name),
                    note: text("item.note", ["department": department, "count": String(item.minutes)]),
                    url: PageURL.item(item.id), bookable: snapshot.isBookable(item, at: hall.id),
                    bookURL: PageURL.book(item: item.id, hall: hall.id))
            })
    }
}
