import Core
import Web

/// The query of a catalogue read, parsed once and checked against the snapshot.
struct CatalogueFilter {
    static let longestQuery = 200

    let parameters: ParameterList
    let snapshot: CatalogueSnapshot

    init(query: String?, snapshot: CatalogueSnapshot) throws {
        parameters = try ParameterList(query: query, limits: ParameterList.Limits(count: 20, length: 1024))
        self.snapshot = snapshot
    }

    /// What was searched for; `nil` when nothing was.
    func text() throws -> String? {
        guard let text = try parameters.single("q") else { return nil }
        guard text.count <= CatalogueFilter.longestQuery else {
            throw Problem.invalid("q", "must have at most \(CatalogueFilter.longestQuery) characters")
        }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    func department() throws -> Department? {
        guard let id = try parameters.single("department") else { return nil }
        guard let department = snapshot.department(id) else {
            throw Problem.invalid("department", "names no department")
        }
        return department
    }

    /// By GB/T 2260 code or by id.
    func city() throws -> City? {
        guard let name = try parameters.single("city") else { return nil }
        guard let city = snapshot.cities.first(where: { $0.code == name || $0.id == name }) else {
            throw Problem.invalid("city", "names no city: use a code of GB/T 2260 such as 370100")
        }
        return city
    }

    /// - Throws: 404 for an unknown item.
    func item() throws -> ServiceItem? {
        guard let id = try parameters.single("item") else { return nil }
        guard let item = snapshot.item(id) else {
            throw Problem(.notFound, "There is no such item", errors: [Problem.Fault("item", "names no item")])
        }
        return item
    }

    /// `lat,lon` in degrees.
    func near() throws -> Place? {
        guard let text = try parameters.single("near") else { return nil }
        guard let place = Place(text: text) else {
            throw Problem.invalid("near", "must be lat,lon in degrees, for example 36.65,117.12")
        }
        guard place.isOnEarth else {
            throw Problem.invalid("near", "latitude is from -90 to 90, longitude from -180 to 180")
        }
        return place
    }

    /// RFC 3339; a `+` of the offset that was sent unescaped, and so became a space, is forgiven.
    func openAt() throws -> Instant? {
        guard let text = try parameters.single("openAt") else { return nil }
        guard let instant = ProvinceTime.parse(text.replacing(" ", with: "+")) else {
            throw Problem.invalid("openAt", "must be an RFC 3339 date-time with offset: 2026-11-23T09:30:00+08:00")
        }
        return instant
    }

    func limit() throws -> Int {
        guard let text = try parameters.single("limit") else { return PageCursor.usualLimit }
        guard text.utf8.count <= 3, let limit = Int(text), PageCursor.limits.contains(limit) else {
            throw Problem.invalid("limit", "must be a whole number from 1 to 100")
        }
        return limit
    }

    func cursor() throws -> String? {
        try PageCursor.decode(try parameters.single("cursor"))
    }
}
