import Core
import Storage

/// The tables of `departments.json` and `items.json`.
enum ItemTables {
    static let departments = CatalogueTable<Department>(
        "catalogue_department", key: ["id"], columns: ["position", "name_zh", "name_en"],
        bind: { [.text($0.id), .integer($1), .text($0.name.zh), .text($0.name.en)] },
        read: { Department(id: try $0.text("id"), name: try $0.localized("name")) })

    static let lifeEvents = CatalogueTable<LifeEvent>(
        "catalogue_life_event", key: ["id"], columns: ["position", "name_zh", "name_en", "note_zh", "note_en"],
        bind: {
            [
                .text($0.id), .integer($1), .text($0.name.zh), .text($0.name.en), .text($0.note.zh),
                .text($0.note.en),
            ]
        },
        read: { LifeEvent(id: try $0.text("id"), name: try $0.localized("name"), note: try $0.localized("note")) })

    static let items = CatalogueTable<ServiceItem>(
        "catalogue_item", key: ["id"],
        columns: [
            "position", "code", "department", "name_zh", "name_en", "summary_zh", "summary_en", "minutes", "kind",
            "applicants", "channels", "presence", "absence_reason", "reach", "booking", "minimum_assurance",
            "proxy_allowed", "materials", "words", "life_events", "popularity",
        ],
        parking: ("code", "'moving ' || id"), bind: bind, read: read)

    @Sendable private static func bind(_ item: ServiceItem, _ position: Int) -> [SQLValue] {
        [
            .text(item.id), .integer(position), .text(item.code), .text(item.department), .text(item.name.zh),
            .text(item.name.en), .text(item.summary.zh), .text(item.summary.en), .integer(item.minutes),
            .text(item.kind.rawValue), .text(StoredList.text(item.applicants)), .text(StoredList.text(item.channels)),
            .text(item.presence.rawValue), .text(orNull: item.absenceReason?.rawValue), .text(item.reach.rawValue),
            .text(item.booking.rawValue), .text(item.minimumAssurance.rawValue), .boolean(item.proxyAllowed),
            .text(StoredList.text(item.materials)), .text(StoredList.text(item.words)),
            .text(StoredList.text(item.lifeEvents)), .integer(item.popularity),
        ]
    }

    @Sendable private static func read(_ row: Row) throws -> ServiceItem {
        ServiceItem(
            id: try row.text("id"), code: try row.text("code"), department: try row.text("department"),
            name: try row.localized("name"), summary: try row.localized("summary"), minutes: try row.int("minutes"),
            kind: try row.raw("kind"), applicants: try StoredList.choices(row, "applicants"),
            channels: try StoredList.choices(row, "channels"), presence: try row.raw("presence"),
            absenceReason: try row.optionalText("absence_reason").flatMap(AbsenceReason.init(rawValue:)),
            reach: try row.raw("reach"), booking: try row.raw("booking"),
            minimumAssurance: try row.raw("minimum_assurance"), proxyAllowed: try row.boolean("proxy_allowed"),
            materials: try StoredList.localized(row, "materials"), words: try StoredList.strings(row, "words"),
            lifeEvents: try StoredList.strings(row, "life_events"), popularity: try row.int("popularity"))
    }
}
