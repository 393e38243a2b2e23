import Catalogue
import Core
import Web

/// Model of `booking/halls`.
struct HallsPage: Sendable {
    let item: ItemPart
    let step = StepPart.chooseHall
    let notice: PageNotice?
    let place: PlacePicker
    let hasHalls: Bool
    let halls: [Row]
    /// The halls do the item for whoever comes; nobody books it.
    var walkIn = false
    /// The hall that was asked for and does not do the item.
    var elsewhere: String?

    struct Row: Sendable {
        let name: String
        let address: String
        let url: String
        let icon: String
        /// When the earliest free day is, in words; `nil` when all are taken.
        let first: String?
        let today: Bool
        /// How far away it is, when the person has said where they are.
        var distance: String?
    }
}

/// The halls that serve an item: the earliest free day first, or the nearest where a location was given. An item that
/// is not booked has its halls in their order.
struct ChooseHall: Sendable {
    let desk: PageDesk
    let words: PageWords

    /// - Parameter asked: the hall in which no time can be booked for the item; it comes first when it does the item.
    func page(
        _ item: ServiceItem, city: String?, near: Place? = nil, asked: Hall? = nil
    ) async throws -> HallsPage {
        let snapshot = desk.snapshot
        let serving = snapshot.halls(serving: item.id)
        let bookable = serving.filter { snapshot.isBookable(item, at: $0.id) }
        let all = bookable.isEmpty ? serving : bookable
        let walkIn = bookable.isEmpty && !serving.isEmpty
        let isServed = serving.contains { $0.id == asked?.id }
        let cities = snapshot.cities.filter { city in all.contains { $0.city == city.id } }
        let known = cities.contains { $0.id == city } ? city : nil
        var rows = [(row: HallsPage.Row, rank: Double)]()
        for hall in all where known == nil || hall.city == known {
            let first = walkIn ? nil : try await firstFreeDay(item, hall)
            var row = row(item, hall, first: first, walkIn: walkIn)
            let metres = near.map { $0.metres(to: hall.place) }
            row.distance = metres.map { DistanceText(metres: $0, renderer: words.renderer, locale: words.locale).text }
            let rank: Double? = walkIn ? (hall.id == asked?.id ? -1 : Double(rows.count)) : nil
            rows.append((row, metres ?? rank ?? first.map { Double($0.dayNumber) } ?? .infinity))
        }
        rows.sort { $0.rank < $1.rank }
        let place = PlacePicker(
            action: pagePath("book", item.id), cities: cities, chosen: known, isNear: near != nil, locale: words.locale)
        return HallsPage(
            item: ItemPart(item, words: words), notice: nil, place: place, hasHalls: !rows.isEmpty,
            halls: rows.map(\.row), walkIn: walkIn, elsewhere: isServed ? nil : asked.map { words($0.name) })
    }

    private func firstFreeDay(_ item: ServiceItem, _ hall: Hall) async throws -> LocalDate? {
        let last = words.today.adding(days: desk.settings.horizonDays - 1)
        let availability = try await desk.booking.slots.availability(
            hall: hall.id, item: item.id, from: words.today, to: last)
        return availability.days.first { $0.remaining > 0 }?.date
    }

    private func row(_ item: ServiceItem, _ hall: Hall, first: LocalDate?, walkIn: Bool) -> HallsPage.Row {
        let day = first.map { date in
            date.dayNumber - words.today.dayNumber < 2 ? words.nearDay(date) : words.date(date)
        }
        return HallsPage.Row(
            name: words(hall.name), address: words(hall.address),
            url: walkIn ? pagePath("halls", hall.id) : pagePath("book", item.id, hall.id),
            icon: hall.level == .selfService ? "monitor" : "hall", first: day, today: first == words.today)
    }
}
