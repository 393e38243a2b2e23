import Core
import Storage

/// The tables of `halls.json`.
enum HallTables {
    /// One row of `catalogue_opening`.
    struct HallOpening: Sendable {
        let hall: String
        let opening: Opening
    }

    /// One row of `catalogue_group_item`.
    struct Service: Sendable {
        let hall: String
        let item: String
        let group: String
    }

    static let cities = CatalogueTable<City>(
        "catalogue_city", key: ["id"],
        columns: ["position", "code", "name_zh", "name_en", "latitude", "longitude", "pilot", "abolished_on"],
        parking: ("code", "'moving ' || id"),
        bind: {
            [
                .text($0.id), .integer($1), .text($0.code), .text($0.name.zh), .text($0.name.en),
                .real($0.place.latitude), .real($0.place.longitude), .boolean($0.pilot),
                .text(orNull: $0.abolishedOn?.description),
            ]
        },
        read: {
            City(
                id: try $0.text("id"), code: try $0.text("code"), name: try $0.localized("name"), place: try $0.place(),
                pilot: try $0.boolean("pilot"),
                abolishedOn: try $0.optionalText("abolished_on").flatMap { LocalDate($0) })
        })

    /// Halls without their hours, which `openings` holds.
    static let halls = CatalogueTable<Hall>(
        "catalogue_hall", key: ["id"],
        columns: [
            "position", "level", "city", "region_code", "parent", "name_zh", "name_en", "address_zh", "address_en",
            "latitude", "longitude", "slot_minutes", "follows_calendar",
        ],
        bind: {
            [
                .text($0.id), .integer($1), .text($0.level.rawValue), .text($0.city), .text($0.regionCode),
                .text(orNull: $0.parent), .text($0.name.zh), .text($0.name.en), .text($0.address.zh),
                .text($0.address.en), .real($0.place.latitude), .real($0.place.longitude), .integer($0.slotMinutes),
                .boolean($0.followsCalendar),
            ]
        },
        read: {
            Hall(
                id: try $0.text("id"), level: try $0.raw("level"), city: try $0.text("city"),
                regionCode: try $0.text("region_code"), parent: try $0.optionalText("parent"),
                name: try $0.localized("name"), address: try $0.localized("address"), place: try $0.place(),
                slotMinutes: try $0.int("slot_minutes"), followsCalendar: try $0.boolean("follows_calendar"),
                openings: [])
        })

    static let openings = CatalogueTable<HallOpening>(
        "catalogue_opening", key: ["hall", "weekday", "opens_minute"], columns: ["closes_minute", "extended"],
        order: "hall, weekday, opens_minute",
        bind: { row, _ in
            [
                .text(row.hall), .integer(row.opening.weekday), .integer(row.opening.opens),
                .integer(row.opening.closes), .boolean(row.opening.extended),
            ]
        },
        read: {
            HallOpening(
                hall: try $0.text("hall"),
                opening: Opening(
                    weekday: try $0.int("weekday"), opens: try $0.int("opens_minute"),
                    closes: try $0.int("closes_minute"), extended: try $0.boolean("extended")))
        })

    static let zones = CatalogueTable<Zone>(
        "catalogue_zone", key: ["id"], columns: ["position", "hall", "kind", "floor", "name_zh", "name_en"],
        bind: {
            [
                .text($0.id), .integer($1), .text($0.hall), .text($0.kind.rawValue), .integer($0.floor),
                .text($0.name.zh), .text($0.name.en),
            ]
        },
        read: {
            Zone(
                id: try $0.text("id"), hall: try $0.text("hall"), kind: try $0.raw("kind"), floor: try $0.int("floor"),
                name: try $0.localized("name"))
        })

    /// Groups without their items, which `services` holds.
    static let groups = CatalogueTable<WindowGroup>(
        "catalogue_window_group", key: ["id"], columns: ["position", "hall", "zone", "letter", "name_zh", "name_en"],
        parking: ("letter", "'moving ' || id"),
        bind: {
            [
                .text($0.id), .integer($1), .text($0.hall), .text($0.zone), .text($0.letter), .text($0.name.zh),
                .text($0.name.en),
            ]
        },
        read: {
            WindowGroup(
                id: try $0.text("id"), hall: try $0.text("hall"), zone: try $0.text("zone"),
                letter: try $0.text("letter"), name: try $0.localized("name"), items: [])
        })

    static let services = CatalogueTable<Service>(
        "catalogue_group_item", key: ["hall", "item"], columns: ["window_group"], order: "hall, item",
        bind: { row, _ in [.text(row.hall), .text(row.item), .text(row.group)] },
        read: { Service(hall: try $0.text("hall"), item: try $0.text("item"), group: try $0.text("window_group")) })

    static let windows = CatalogueTable<ServiceWindow>(
        "catalogue_window", key: ["id"], columns: ["position", "hall", "window_group", "number", "kind"],
        parking: ("number", "number + 1000000"),
        bind: {
            [
                .text($0.id), .integer($1), .text($0.hall), .text($0.group), .integer($0.number),
                .text($0.kind.rawValue),
            ]
        },
        read: {
            ServiceWindow(
                id: try $0.text("id"), hall: try $0.text("hall"), group: try $0.text("window_group"),
                number: try $0.int("number"), kind: try $0.raw("kind"))
        })
}

extension Row {
    fileprivate func place() throws -> Place {
        Place(latitude: try real("latitude"), longitude: try real("longitude"))
    }
}
