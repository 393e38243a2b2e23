import Core

/// Model of `catalogue/halls`: halls by city, or those found.
struct HallsPage: Sendable {
    struct Group: Sendable {
        let id: String
        let name: String
        let count: Int
        let rows: [HallRow]
    }

    let searchURL = "/halls"
    let searchLabel: String
    let query: String
    let isAll: Bool
    let cities: [PageLink]
    let groups: [Group]
    let isEmpty: Bool

    init(query: String?, city: String?, at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        searchLabel = text("search.halls")
        self.query = query ?? ""
        isAll = city == nil
        cities = snapshot.cities.map { entry in
            PageLink(
                text: text.of(entry.name), url: PageURL.halls(["q": query, "city": entry.id]),
                current: entry.id == city)
        }
        var found = query.map(snapshot.search.halls(matching:)) ?? snapshot.halls.map { Found(value: $0) }
        if let city { found = found.filter { $0.value.city == city } }
        var order = [String]()
        for hall in found where !order.contains(hall.value.city) { order.append(hall.value.city) }
        groups = order.map { id in
            let halls = found.filter { $0.value.city == id }
            return Group(
                id: id, name: snapshot.city(id).map { text.of($0.name) } ?? id, count: halls.count,
                rows: halls.map { HallRow($0, at: now, in: snapshot, text: text) })
        }
        isEmpty = found.isEmpty
    }
}
