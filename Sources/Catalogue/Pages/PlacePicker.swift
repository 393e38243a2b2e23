import Core
package import Web

/// Part `part/place`: where to look for halls, by city or by where one is. A GET form; the location comes by script and
/// only when asked for.
package struct PlacePicker: Sendable {
    package struct Option: Sendable {
        package let id: String
        package let name: String
        package let current: Bool
    }

    /// Where the form leads to.
    package let action: String
    /// Kept while another city is chosen.
    package let kept: String?
    /// Also offers all cities together.
    package let offersAll: Bool
    package let cities: [Option]
    /// The address that a location is added to as `near=`.
    package let nearURL: String
    package let isNear: Bool
    /// The same page without the location.
    package let offURL: String

    /// - Parameters:
    ///   - chosen: id of the city that is shown; `nil` shows all.
    ///   - nearURL: `nil` is `action`.
    package init(
        action: String, cities: [City], chosen: String?, query: String? = nil, offersAll: Bool = true,
        isNear: Bool = false, nearURL: String? = nil, locale: WebLocale
    ) {
        self.action = action
        kept = query
        self.offersAll = offersAll
        self.cities = cities.map { city in
            Option(id: city.id, name: city.name.text(language: locale.rawValue), current: city.id == chosen)
        }
        self.nearURL = nearURL ?? action
        self.isNear = isNear
        offURL = action
    }
}

/// How far away a hall is, for people: whole kilometres, because the place asked from is only as exact.
package struct DistanceText: Sendable {
    package let text: String

    package init(metres: Double, renderer: PageRenderer, locale: WebLocale) {
        let km = Int((metres / 1000).rounded())
        text =
            metres < 1000
            ? renderer.text("layout.place.distance.close", locale)
            : renderer.text("layout.place.distance", locale, ["km": String(km)])
    }
}
