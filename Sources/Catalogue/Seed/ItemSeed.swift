import Core

/// `departments.json`.
enum DepartmentSeed {
    static func read(_ root: SeedMember, into content: inout CatalogueContent) throws {
        let root = try root.allowing(["departments"])
        content.departments = try root.required("departments").list().map { entry in
            let entry = try entry.allowing(["id", "name"])
            return Department(id: try entry.required("id").slug(), name: try entry.required("name").localized())
        }
    }
}

/// `items.json`: life events and service items.
enum ItemSeed {
    static func read(_ root: SeedMember, into content: inout CatalogueContent) throws {
        let root = try root.allowing(["lifeEvents", "items"])
        content.lifeEvents = try root.required("lifeEvents").list().map { entry in
            let entry = try entry.allowing(["id", "name", "note"])
            return LifeEvent(
                id: try entry.required("id").slug(), name: try entry.required("name").localized(),
                note: try entry.required("note").localized())
        }
        content.items = try root.required("items").list().map(item)
    }

    private static let known: Set<String> = [
        "id", "code", "department", "name", "summary", "minutes", "kind", "applicants", "channels", "presence",
        "absenceReason", "reach", "booking", "minimumAssurance", "proxyAllowed", "materials", "words", "lifeEvents",
        "popularity",
    ]

    private static func item(_ entry: SeedMember) throws -> ServiceItem {
        let entry = try entry.allowing(known)
        return ServiceItem(
            id: try entry.required("id").slug(),
            code: try entry.required("code").text(upTo: 64),
            department: try entry.required("department").slug(),
            name: try entry.required("name").localized(),
            summary: try entry.required("summary").localized(),
            minutes: try entry.required("minutes").integer(1...240),
            kind: try entry.required("kind").choice(),
            applicants: Set(try entry.required("applicants").list().map { try $0.choice() }),
            channels: Set(try entry.required("channels").list().map { try $0.choice() }),
            presence: try entry.required("presence").choice(),
            absenceReason: try entry.optional("absenceReason")?.choice(),
            reach: try entry.required("reach").choice(),
            booking: try entry.required("booking").choice(),
            minimumAssurance: try entry.required("minimumAssurance").choice(),
            proxyAllowed: try entry.required("proxyAllowed").flag(),
            materials: try entry.required("materials").list().map { try $0.localized() },
            words: try entry.required("words").list().map { try $0.text(upTo: 32) },
            lifeEvents: try entry.required("lifeEvents").list().map { try $0.slug() },
            popularity: try entry.required("popularity").integer(0...100))
    }
}
