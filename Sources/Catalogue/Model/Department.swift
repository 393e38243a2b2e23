package import Core

/// A body of the province that owns service items, such as 公安.
package struct Department: Sendable, Hashable, Codable {
    package let id: String
    package let name: LocalizedText

    package init(id: String, name: LocalizedText) {
        self.id = id
        self.name = name
    }
}

/// A prefecture-level city with its GB/T 2260 code; codes are data with dates of validity.
package struct City: Sendable, Hashable, Codable {
    package let id: String
    /// Six digits, for example `370100`.
    package let code: String
    package let name: LocalizedText
    /// Degrees, WGS 84; the approximate centre of the city.
    package let place: Place
    /// The five cities where county halls are on the service map first.
    package let pilot: Bool
    /// The first day on which the code was no longer in use; `nil` while it is.
    package let abolishedOn: LocalDate?

    package init(
        id: String, code: String, name: LocalizedText, place: Place, pilot: Bool = false, abolishedOn: LocalDate? = nil
    ) {
        self.id = id
        self.code = code
        self.name = name
        self.place = place
        self.pilot = pilot
        self.abolishedOn = abolishedOn
    }
}

/// A life event under which the home page gathers items (服务专区), such as 买房安居.
package struct LifeEvent: Sendable, Hashable, Codable {
    package let id: String
    package let name: LocalizedText
    package let note: LocalizedText

    package init(id: String, name: LocalizedText, note: LocalizedText) {
        self.id = id
        self.name = name
        self.note = note
    }
}
