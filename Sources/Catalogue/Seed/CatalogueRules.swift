import Core

/// What must be true of the catalogue as a whole, beyond the form of each member.
package enum CatalogueRules {
    /// Every fault, in the order of the files.
    package static func faults(in content: CatalogueContent) -> [CatalogueFault] {
        duplicates(content) + items(content) + halls(content) + groups(content) + calendar(content)
    }

    private static func duplicates(_ content: CatalogueContent) -> [CatalogueFault] {
        func check(_ file: String, _ member: String, _ ids: [String]) -> [CatalogueFault] {
            var seen = Set<String>()
            return ids.enumerated().filter { !seen.insert($1).inserted }.map { index, id in
                CatalogueFault(file: file, member: "/\(member)/\(index)", reason: "\(id) appears twice")
            }
        }
        return check("departments.json", "departments", content.departments.map(\.id))
            + check("items.json", "lifeEvents", content.lifeEvents.map(\.id))
            + check("items.json", "items", content.items.map(\.id))
            + check("items.json", "items", content.items.map(\.code))
            + check("halls.json", "cities", content.cities.map(\.id))
            + check("halls.json", "cities", content.cities.map(\.code))
            + check("halls.json", "halls", content.halls.map(\.id))
            + check("halls.json", "zones", content.zones.map(\.id))
            + check("halls.json", "groups", content.groups.map(\.id))
            + check("halls.json", "windows", content.windows.map(\.id))
            + check("calendar.json", "years", content.calendar.map { String($0.year) })
    }

    private static func items(_ content: CatalogueContent) -> [CatalogueFault] {
        let departments = Set(content.departments.map(\.id))
        let events = Set(content.lifeEvents.map(\.id))
        var faults = [CatalogueFault]()
        for (index, item) in content.items.enumerated() {
            func refuse(_ member: String, _ reason: String) {
                faults.append(
                    CatalogueFault(
                        file: "items.json", member: "/items/\(index)/\(member)", reason: "\(reason) (\(item.id))"))
            }
            if !departments.contains(item.department) { refuse("department", "names no department") }
            for event in item.lifeEvents where !events.contains(event) {
                refuse("lifeEvents", "names no life event: \(event)")
            }
            if item.applicants.isEmpty { refuse("applicants", "must name who may apply") }
            if (item.presence == .window) != (item.absenceReason == nil) {
                refuse("absenceReason", "must be given exactly when the item is not at the halls' own windows")
            }
            if item.presence == .entrusted, item.absenceReason != .space {
                refuse("absenceReason", "must be space: entrusted intake is for what the hall has no room for")
            }
            if item.presence == .absent, item.booking == .allowed {
                refuse("booking", "must be none: no hall takes an item on the negative list")
            }
            if item.presence == .absent, item.channels.contains(.online) {
                refuse("presence", "must be window or entrusted: whatever is online is also taken at a hall")
            }
            if item.presence == .window, !item.channels.contains(.hall) {
                refuse("channels", "must contain hall when presence is window")
            }
        }
        return faults
    }

    private static func halls(_ content: CatalogueContent) -> [CatalogueFault] {
        let cities = Set(content.cities.map(\.id))
        let byID = Dictionary(content.halls.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let windows = Dictionary(grouping: content.windows, by: \.hall)
        var faults = [CatalogueFault]()
        for (index, hall) in content.halls.enumerated() {
            func refuse(_ member: String, _ reason: String) {
                faults.append(
                    CatalogueFault(
                        file: "halls.json", member: "/halls/\(index)/\(member)", reason: "\(reason) (\(hall.id))"))
            }
            if !cities.contains(hall.city) { refuse("city", "names no city") }
            if let fault = HallNameRule.fault(in: hall.name.zh, level: hall.level) { refuse("name/zh", fault) }
            let belongs = hall.level == .branch || hall.level == .selfService
            if belongs != (hall.parent != nil) {
                refuse("parent", "must be given for branch halls and self-service areas, and for no others")
            }
            if let parent = hall.parent, byID[parent] == nil || byID[parent]?.parent != nil {
                refuse("parent", "must name a hall that has no parent of its own")
            }
            for pair in zip(hall.openings, hall.openings.dropFirst())
            where pair.0.weekday == pair.1.weekday && pair.1.opens < pair.0.closes {
                refuse("hours", "overlap on weekday \(pair.0.weekday)")
            }
            let kinds = Set(windows[hall.id, default: []].map(\.kind))
            for kind in HallNameRule.compulsoryWindows(for: hall.level) where !kinds.contains(kind) {
                refuse("layout", "lacks a compulsory window of kind \(kind.rawValue)")
            }
        }
        return faults
    }

    private static func groups(_ content: CatalogueContent) -> [CatalogueFault] {
        let items = Dictionary(content.items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var letters = Set<String>()
        var served = Set<String>()
        var faults = [CatalogueFault]()
        for group in content.groups {
            func refuse(_ reason: String) {
                faults.append(
                    CatalogueFault(file: "halls.json", member: "/layouts", reason: "\(reason) (group \(group.id))"))
            }
            if !letters.insert("\(group.hall) \(group.letter)").inserted {
                refuse("letter \(group.letter) is used by another group of the hall")
            }
            for id in group.items {
                guard let item = items[id] else {
                    refuse("names no item: \(id)")
                    continue
                }
                if item.presence == .absent { refuse("\(id) is on the negative list") }
                if !served.insert("\(group.hall) \(id)").inserted { refuse("\(id) is served by another group") }
            }
        }
        return faults
    }

    private static func calendar(_ content: CatalogueContent) -> [CatalogueFault] {
        content.calendar.enumerated().flatMap { index, year in
            var seen = Set<String>()
            return year.days.filter { !seen.insert($0.date.description).inserted }.map { day in
                CatalogueFault(file: "calendar.json", member: "/years/\(index)", reason: "\(day.date) appears twice")
            }
        }
    }
}
