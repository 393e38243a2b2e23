/// The items that a list shows, the same for the API and the pages.
enum ItemSelection {
    /// - Parameters:
    ///   - text: what was searched for; `nil` gives all in catalogue order.
    ///   - city: only items that some hall of the city does.
    ///   - lifeEvent: only items gathered under it.
    static func items(
        text: String?, city: String? = nil, lifeEvent: String? = nil, in snapshot: CatalogueSnapshot
    ) -> [Found<ServiceItem>] {
        var found = text.map(snapshot.search.items(matching:)) ?? snapshot.items.map { Found(value: $0) }
        if let city {
            found = found.filter { found in snapshot.halls(serving: found.value.id).contains { $0.city == city } }
        }
        if let lifeEvent { found = found.filter { $0.value.lifeEvents.contains(lifeEvent) } }
        return found
    }

    /// The departments of what was found with their counts, the one with the best hit first.
    static func departments(of found: [Found<ServiceItem>], in snapshot: CatalogueSnapshot) -> [(
        department: Department, count: Int
    )] {
        var order = [String]()
        var counts = [String: Int]()
        for found in found {
            let id = found.value.department
            if counts[id] == nil { order.append(id) }
            counts[id, default: 0] += 1
        }
        return order.compactMap { id in snapshot.department(id).map { ($0, counts[id] ?? 0) } }
    }
}
