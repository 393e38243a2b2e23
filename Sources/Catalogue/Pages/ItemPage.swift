import Core

/// Model of `catalogue/item`: the guide of one item.
struct ItemPage: Sendable {
    struct Notice: Sendable {
        let style: String
        let icon: String
        let title: String
        let text: String
    }

    let name: String
    let summary: String
    let department: String
    let departmentURL: String
    let notices: [Notice]
    let materials: [PageLink]
    let facts: [PageFact]
    let bookable: Bool
    let bookURL: String
    let hasHalls: Bool
    let place: PlacePicker
    let brief: [String]
    let halls: [HallRow]

    /// - Parameter city: whose halls are shown; `nil` shows those of the first city that has any.
    init(_ item: ServiceItem, city: String?, at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        name = text.of(item.name)
        summary = text.of(item.summary)
        department = snapshot.department(item.department).map { text.of($0.name) } ?? ""
        departmentURL = PageURL.items(["department": item.department])
        notices = ItemPage.notices(item, text)
        materials = item.materials.map { PageLink(text: text.of($0), url: "") }
        facts = ItemPage.facts(item, text)
        let serving = snapshot.halls(serving: item.id)
        bookable = item.booking == .allowed && !serving.isEmpty
        bookURL = PageURL.book(item: item.id)
        hasHalls = !serving.isEmpty
        let served = Set(serving.map(\.city))
        let shown = city.flatMap { served.contains($0) ? $0 : nil } ?? serving.first?.city
        place = PlacePicker(
            action: PageURL.item(item.id) + "#where", cities: snapshot.cities.filter { served.contains($0.id) },
            chosen: shown, offersAll: false, nearURL: bookable ? bookURL : "/halls", locale: text.locale)
        brief = [
            text("fact.minutes.value", ["count": String(item.minutes)]), text("fact.kind.\(item.kind.rawValue)"),
        ]
        halls = serving.filter { $0.city == shown }.map {
            HallRow(Found(value: $0), at: now, item: item, in: snapshot, text: text)
        }
    }

    private static func notices(_ item: ServiceItem, _ text: PageText) -> [Notice] {
        var notices = [Notice]()
        func add(_ key: String, style: String = "", icon: String = "info", _ values: [String: String] = [:]) {
            notices.append(
                Notice(
                    style: style, icon: icon, title: text("notice.\(key).title", values),
                    text: text("notice.\(key).text", values)))
        }
        switch (item.presence, item.absenceReason) {
        case (.entrusted, _): add("entrusted", icon: "globe")
        case (.absent, .space): add("space", style: "lamp", icon: "lock")
        case (.absent, _): add("secrecy", style: "lamp", icon: "lock")
        case (.window, _): break
        }
        if item.presence != .absent, item.booking == .none { add("walkIn", style: "ok", icon: "walk") }
        if !item.proxyAllowed { add("proxy", style: "lamp", icon: "user") }
        if item.booking == .allowed, item.minimumAssurance >= .l2 {
            add("level", icon: "shield", ["level": text("fact.level.\(item.minimumAssurance.rawValue)")])
        }
        return notices
    }

    private static func facts(_ item: ServiceItem, _ text: PageText) -> [PageFact] {
        func fact(_ key: String, _ value: String) -> PageFact { PageFact(label: text("fact.\(key)"), value: value) }
        let and = text("fact.and")
        var facts = [
            fact("minutes", text("fact.minutes.value", ["count": String(item.minutes)])),
            fact("kind", text("fact.kind.\(item.kind.rawValue)")),
            fact(
                "applicants",
                ApplicantKind.allCases.filter(item.applicants.contains).map { text("fact.applicants.\($0.rawValue)") }
                    .joined(separator: and)),
        ]
        if !item.channels.isEmpty {
            let channels: [ServiceChannel] = [.hall, .online]
            facts.append(
                fact(
                    "channels",
                    channels.filter(item.channels.contains).map { text("fact.channels.\($0.rawValue)") }
                        .joined(separator: and)))
        }
        facts.append(fact("reach", text("fact.reach.\(item.reach.rawValue)")))
        if item.booking == .allowed {
            facts.append(fact("level", text("fact.level.\(item.minimumAssurance.rawValue)")))
        }
        facts.append(fact("proxy", text(item.proxyAllowed ? "fact.proxy.yes" : "fact.proxy.no")))
        facts.append(fact("code", item.code))
        return facts
    }
}
