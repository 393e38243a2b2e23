import Core

/// `halls.json`: cities, named weekly hours, layouts shared by halls of one kind, and the halls.
enum HallSeed {
    static func read(_ root: SeedMember, into content: inout CatalogueContent) throws {
        let root = try root.allowing(["cities", "hours", "layouts", "halls"])
        content.cities = try root.required("cities").list().map(city)
        let hours = Dictionary(
            uniqueKeysWithValues: try root.required("hours").members().map { ($0.name, try openings($0.member)) })
        let layouts = Dictionary(
            uniqueKeysWithValues: try root.required("layouts").members().map { ($0.name, try HallLayout($0.member)) })
        for entry in try root.required("halls").list() {
            let entry = try entry.allowing([
                "id", "level", "city", "regionCode", "parent", "name", "address", "place", "layout", "hours",
                "slotMinutes", "followsCalendar",
            ])
            let hall = try hall(entry, hours: hours)
            let layout = try entry.required("layout")
            guard let chosen = layouts[try layout.text()] else {
                throw layout.fault("must be one of \(layouts.keys.sorted().joined(separator: ", "))")
            }
            content.halls.append(hall)
            chosen.furnish(hall.id, in: &content)
        }
    }

    private static func city(_ entry: SeedMember) throws -> City {
        let entry = try entry.allowing(["id", "code", "name", "place", "pilot", "abolishedOn"])
        return City(
            id: try entry.required("id").slug(), code: try entry.required("code").digits([6]),
            name: try entry.required("name").localized(), place: try entry.required("place").place(),
            pilot: try entry.optional("pilot")?.flag() ?? false, abolishedOn: try entry.optional("abolishedOn")?.date())
    }

    private static func openings(_ list: SeedMember) throws -> [Opening] {
        try list.list().flatMap { entry in
            let entry = try entry.allowing(["weekdays", "opens", "closes", "extended"])
            let opens = try entry.required("opens").clock()
            let closes = try entry.required("closes").clock()
            guard opens < closes else { throw try entry.required("closes").fault("must be after opens") }
            let extended = try entry.optional("extended")?.flag() ?? false
            return try entry.required("weekdays").list().map { day in
                Opening(weekday: try day.integer(1...7), opens: opens, closes: closes, extended: extended)
            }
        }
    }

    private static func hall(_ entry: SeedMember, hours: [String: [Opening]]) throws -> Hall {
        let name = try entry.required("hours")
        guard let openings = hours[try name.text()] else {
            throw name.fault("must be one of \(hours.keys.sorted().joined(separator: ", "))")
        }
        let slot = entry.optional("slotMinutes")
        let minutes = try slot?.integer(5...120) ?? 30
        guard 1440 % minutes == 0 else { throw (slot ?? entry).fault("must divide the day of 1,440 minutes") }
        return Hall(
            id: try entry.required("id").slug(), level: try entry.required("level").choice(),
            city: try entry.required("city").slug(), regionCode: try entry.required("regionCode").digits([6, 12]),
            parent: try entry.optional("parent")?.slug(), name: try entry.required("name").localized(),
            address: try entry.required("address").localized(), place: try entry.required("place").place(),
            slotMinutes: minutes, followsCalendar: try entry.optional("followsCalendar")?.flag() ?? true,
            openings: openings)
    }
}
