import Core

/// Zones, window groups and windows as halls of one kind have them; ids are completed with the hall's.
struct HallLayout {
    private struct Group {
        let id: String
        let zone: String
        let letter: String
        let name: LocalizedText
        let windows: [(kind: WindowKind, count: Int)]
        let departments: [String]
        let items: [String]
    }

    private let zones: [Zone]
    private let groups: [Group]

    init(_ entry: SeedMember) throws {
        let entry = try entry.allowing(["zones", "groups"])
        zones = try entry.required("zones").list().map { zone in
            let zone = try zone.allowing(["id", "kind", "floor", "name"])
            return Zone(
                id: try zone.required("id").slug(), hall: "", kind: try zone.required("kind").choice(),
                floor: try zone.required("floor").integer(-5...60), name: try zone.required("name").localized())
        }
        let known = Set(zones.map(\.id))
        groups = try entry.required("groups").list().map { try HallLayout.group($0, zones: known) }
    }

    private static func group(_ entry: SeedMember, zones: Set<String>) throws -> Group {
        let entry = try entry.allowing(["id", "zone", "letter", "name", "windows", "departments", "items"])
        let zone = try entry.required("zone")
        guard zones.contains(try zone.slug()) else { throw zone.fault("names no zone of this layout") }
        let letter = try entry.required("letter")
        let text = try letter.text()
        guard text.utf8.count == 1, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw letter.fault("must be one capital letter A to Z")
        }
        return Group(
            id: try entry.required("id").slug(), zone: try zone.slug(), letter: text,
            name: try entry.required("name").localized(),
            windows: try entry.required("windows").list().map { window in
                let window = try window.allowing(["kind", "count"])
                return (try window.required("kind").choice(), try window.required("count").integer(1...99))
            },
            departments: try entry.optional("departments")?.list().map { try $0.slug() } ?? [],
            items: try entry.optional("items")?.list().map { try $0.slug() } ?? [])
    }

    /// Adds the layout to a hall. Items named one by one go first; a department's other items follow,
    /// but for those on the negative list.
    func furnish(_ hall: String, in content: inout CatalogueContent) {
        for zone in zones {
            content.zones.append(
                Zone(id: "\(hall)-\(zone.id)", hall: hall, kind: zone.kind, floor: zone.floor, name: zone.name))
        }
        let named = Set(groups.flatMap(\.items))
        var number = 0
        for group in groups {
            let known = Set(content.items.map(\.id))
            let items = content.items.filter { item in
                group.items.contains(item.id)
                    || (group.departments.contains(item.department) && !named.contains(item.id)
                        && item.presence != .absent)
            }
            let id = "\(hall)-\(group.id)"
            content.groups.append(
                WindowGroup(
                    id: id, hall: hall, zone: "\(hall)-\(group.zone)", letter: group.letter, name: group.name,
                    items: items.map(\.id) + group.items.filter { !known.contains($0) }))
            for kind in group.windows.flatMap({ Array(repeating: $0.kind, count: $0.count) }) {
                number += 1
                let count = content.windows.count { $0.group == id } + 1
                content.windows.append(
                    ServiceWindow(id: "\(id)-\(count)", hall: hall, group: id, number: number, kind: kind))
            }
        }
    }
}
