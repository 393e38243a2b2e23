package import Core

/// Windows that serve the same items from the same queue; capacity and ticket numbers are kept per group.
package struct WindowGroup: Sendable, Hashable, Codable {
    /// A readable slug, for example `jinan-estate`.
    package let id: String
    package let hall: String
    package let zone: String
    /// One capital letter, unique in the hall; ticket numbers begin with it.
    package let letter: String
    package let name: LocalizedText
    /// Items served, in catalogue order; an item is served by at most one group of a hall.
    package let items: [String]

    package init(id: String, hall: String, zone: String, letter: String, name: LocalizedText, items: [String]) {
        self.id = id
        self.hall = hall
        self.zone = zone
        self.letter = letter
        self.name = name
        self.items = items
    }
}

extension WindowGroup {
    /// The same group with other items.
    func serving(_ items: [String]) -> WindowGroup {
        WindowGroup(id: id, hall: hall, zone: zone, letter: letter, name: name, items: items)
    }
}

/// One place where an officer serves.
package struct ServiceWindow: Sendable, Hashable, Codable {
    /// A readable slug, for example `jinan-estate-1`.
    package let id: String
    package let hall: String
    package let group: String
    /// The number on the sign above the window, unique in the hall.
    package let number: Int
    package let kind: WindowKind

    package init(id: String, hall: String, group: String, number: Int, kind: WindowKind) {
        self.id = id
        self.hall = hall
        self.group = group
        self.number = number
        self.kind = kind
    }
}

/// The window types a hall is set up with.
package enum WindowKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// 综合受理.
    case general
    /// 区域通办: items of other cities and provinces.
    case crossRegion
    /// 帮办代办.
    case agency
    /// 投诉受理 (吐槽找茬).
    case complaint
    /// 兜底: what no other window can do.
    case fallback
    /// A department's own trade window.
    case department
    /// An attended or unattended self-service place.
    case selfService
}
