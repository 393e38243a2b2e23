package import Core

/// A place where people are served.
package struct Hall: Sendable, Hashable, Codable {
    /// A readable slug, for example `jinan` or `jinan-24h`.
    package let id: String
    package let level: HallLevel
    package let city: String
    /// GB/T 2260 (six digits) or the twelve digits of a town or village.
    package let regionCode: String
    /// The hall this one belongs to: set for branch halls and self-service areas, `nil` for all others.
    package let parent: String?
    package let name: LocalizedText
    package let address: LocalizedText
    package let place: Place
    /// The grid of bookable times in minutes: 5…120, a divisor of 1,440.
    package let slotMinutes: Int
    /// `false` where the hall is open by its weekly hours on holidays too (round-the-clock areas).
    package let followsCalendar: Bool
    /// Weekly hours, sorted by weekday and time.
    package let openings: [Opening]

    package init(
        id: String, level: HallLevel, city: String, regionCode: String, parent: String? = nil, name: LocalizedText,
        address: LocalizedText, place: Place, slotMinutes: Int = 30, followsCalendar: Bool = true, openings: [Opening]
    ) {
        self.id = id
        self.level = level
        self.city = city
        self.regionCode = regionCode
        self.parent = parent
        self.name = name
        self.address = address
        self.place = place
        self.slotMinutes = slotMinutes
        self.followsCalendar = followsCalendar
        self.openings = openings.sorted { ($0.weekday, $0.opens) < ($1.weekday, $1.opens) }
    }

    /// Open at every minute of every day.
    package var isRoundTheClock: Bool {
        !followsCalendar
            && (1...7).allSatisfy { day in openings.contains { $0.weekday == day && $0.opens == 0 && $0.closes == 1440 }
            }
    }
}

extension Hall {
    /// The same hall with other weekly hours.
    func opening(_ openings: [Opening]) -> Hall {
        Hall(
            id: id, level: level, city: city, regionCode: regionCode, parent: parent, name: name, address: address,
            place: place, slotMinutes: slotMinutes, followsCalendar: followsCalendar, openings: openings)
    }
}

package enum HallLevel: String, Sendable, Hashable, Codable, CaseIterable {
    case city, county, town, village
    /// A department's own hall that follows the rules of its parent (部门分厅).
    case branch
    /// A self-service area of its parent, without windows of a department.
    case selfService
}

/// A stretch of opening hours on one weekday.
package struct Opening: Sendable, Hashable, Codable {
    /// ISO 8601, 1 Monday … 7 Sunday.
    package let weekday: Int
    /// Minutes after local midnight, 0…1439.
    package let opens: Int
    /// Minutes after local midnight, `opens`+1…1440.
    package let closes: Int
    /// Outside the usual hours (延时服务).
    package let extended: Bool

    package init(weekday: Int, opens: Int, closes: Int, extended: Bool = false) {
        self.weekday = weekday
        self.opens = opens
        self.closes = closes
        self.extended = extended
    }
}

/// A functional area of a hall (功能区).
package struct Zone: Sendable, Hashable, Codable {
    package let id: String
    package let hall: String
    package let kind: ZoneKind
    /// 1 is the ground floor; basements are negative.
    package let floor: Int
    package let name: LocalizedText

    package init(id: String, hall: String, kind: ZoneKind, floor: Int, name: LocalizedText) {
        self.id = id
        self.hall = hall
        self.kind = kind
        self.floor = floor
        self.name = name
    }
}

/// 受理、服务、等候、自助.
package enum ZoneKind: String, Sendable, Hashable, Codable, CaseIterable {
    case intake, service, waiting, selfService
}
