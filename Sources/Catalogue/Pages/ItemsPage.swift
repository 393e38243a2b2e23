import Core

/// Model of `catalogue/items`: all items or those found, grouped by department.
struct ItemsPage: Sendable {
    struct Group: Sendable {
        let id: String
        let name: String
        let count: Int
        let rows: [ItemRow]
    }

    /// What the address asks for; unknown filters are left out of it.
    struct Filter: Sendable {
        var text: String?
        var department: String?
        var lifeEvent: String?
        var city: String?
    }

    private static let mostHalls = 5

    let searchURL = "/items"
    let searchLabel: String
    let query: String
    let heading: String
    let summary: String
    let allURL: String
    let isAll: Bool
    let departments: [PageLink]
    let groups: [Group]
    let hasHalls: Bool
    let hallCount: Int
    let halls: [HallRow]
    let isEmpty: Bool
    let suggestions: [ItemRow]

    init(_ filter: Filter, at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        let reachable = ItemSelection.items(
            text: filter.text, city: filter.city, lifeEvent: filter.lifeEvent, in: snapshot)
        let chosen = reachable.filter { filter.department == nil || $0.value.department == filter.department }
        let foundHalls = filter.text.map(snapshot.search.halls(matching:)) ?? []
        let facets = ItemSelection.departments(of: reachable, in: snapshot)
        let parameters = { (department: String?) -> KeyValuePairs<String, String?> in
            ["q": filter.text, "zone": filter.lifeEvent, "city": filter.city, "department": department]
        }
        searchLabel = text("search.items")
        query = filter.text ?? ""
        let event = filter.lifeEvent.flatMap { id in snapshot.content.lifeEvents.first { $0.id == id } }
        heading =
            filter.text.map { text("items.found", ["query": $0]) } ?? event.map { text.of($0.name) }
            ?? text("items.title")
        let items = { (key: String) in text(key, ["count": String(chosen.count)]) }
        summary =
            foundHalls.isEmpty
            ? items("items.count")
            : text(
                "items.found.both",
                [
                    "items": items("items.found.items"),
                    "halls": text("items.found.halls", ["count": String(foundHalls.count)]),
                ])
        allURL = PageURL.items(parameters(nil))
        isAll = filter.department == nil
        departments = facets.map { entry in
            PageLink(
                text: text.of(entry.department.name), url: PageURL.items(parameters(entry.department.id)),
                count: entry.count, current: entry.department.id == filter.department)
        }
        groups = ItemSelection.departments(of: chosen, in: snapshot).map { entry in
            Group(
                id: entry.department.id, name: text.of(entry.department.name), count: entry.count,
                rows: chosen.filter { $0.value.department == entry.department.id }.map {
                    ItemRow($0, in: snapshot, text: text)
                })
        }
        hasHalls = !foundHalls.isEmpty
        hallCount = foundHalls.count
        halls = foundHalls.prefix(ItemsPage.mostHalls).map { HallRow($0, at: now, in: snapshot, text: text) }
        isEmpty = chosen.isEmpty && foundHalls.isEmpty
        suggestions =
            !chosen.isEmpty || !foundHalls.isEmpty
            ? []
            : snapshot.items.sorted { ($1.popularity, $0.id) < ($0.popularity, $1.id) }.prefix(5).map {
                ItemRow(Found(value: $0), in: snapshot, text: text)
            }
    }
}
