import Core

/// Model of `catalogue/halls`: halls by city, or those found.
struct HallsPage: Sendable {
    struct Group: Sendable {
        let id: String
        let name: String
        let count: Int
        let rows: [HallRow]
    }

    /// So many halls are worth the way.
    private static let nearest = 20

    let searchURL = "/halls"
    let searchLabel: String
    let query: String
    let place: PlacePicker
    let groups: [Group]
    let isEmpty: Bool

    /// - Parameter near: puts the nearest halls first, in one list.
    init(
        query: String?, city: String?, near: Place? = nil, at now: Instant, in snapshot: CatalogueSnapshot,
        text: PageText
    ) {
        searchLabel = text("search.halls")
        self.query = query ?? ""
        place = PlacePicker(
            action: "/halls", cities: snapshot.cities, chosen: city, query: query, isNear: near != nil,
            locale: text.locale)
        var found = query.map(snapshot.search.halls(matching:)) ?? snapshot.halls.map { Found(value: $0) }
        if let city { found = found.filter { $0.value.city == city } }
        isEmpty = found.isEmpty
        if let near {
            let nearest = found.map { (hall: $0, metres: near.metres(to: $0.value.place)) }
                .sorted { ($0.metres, $0.hall.value.id) < ($1.metres, $1.hall.value.id) }
                .prefix(HallsPage.nearest)
            groups = [
                Group(
                    id: "near", name: text("halls.near"), count: nearest.count,
                    rows: nearest.map { HallRow($0.hall, metres: $0.metres, at: now, in: snapshot, text: text) })
            ].filter { $0.count > 0 }
            return
        }
        var order = [String]()
        for hall in found where !order.contains(hall.value.city) { order.append(hall.value.city) }
        groups = order.map { id in
            let halls = found.filter { $0.value.city == id }
            return Group(
                id: id, name: snapshot.city(id).map { text.of($0.name) } ?? id, count: halls.count,
                rows: halls.map { HallRow($0, at: now, in: snapshot, text: text) })
        }
    }
}
