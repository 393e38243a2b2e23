package import Core

/// The halls that a list shows, the same for the API and the pages.
package struct HallSelection: Sendable {
    /// Only halls that do this item.
    package var item: String?
    package var city: String?
    /// The nearest come first.
    package var near: Place?
    /// Only halls open at this time.
    package var openAt: Instant?

    package init(item: String? = nil, city: String? = nil, near: Place? = nil, openAt: Instant? = nil) {
        self.item = item
        self.city = city
        self.near = near
        self.openAt = openAt
    }

    /// Halls with their distance in metres, when a place was given.
    package func halls(in snapshot: CatalogueSnapshot) -> [(hall: Hall, metres: Double?)] {
        var halls = item.map(snapshot.halls(serving:)) ?? snapshot.halls
        if let city { halls = halls.filter { $0.city == city } }
        if let openAt { halls = halls.filter { snapshot.isOpen($0.id, at: openAt) } }
        guard let near else { return halls.map { ($0, nil) } }
        let distances = halls.map { (hall: $0, metres: Optional(near.metres(to: $0.place))) }
        return distances.sorted { ($0.metres ?? 0, $0.hall.id) < ($1.metres ?? 0, $1.hall.id) }
    }
}
