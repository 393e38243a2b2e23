import Core

/// Model of `catalogue/part/item-row`.
struct ItemRow: Sendable {
    let url: String
    let icon: String
    let pieces: [TitlePiece]
    let note: [TitlePiece]
    let alias: AliasNote?
    let hasBadge: Bool
    let badge: String
    let badgeStyle: String

    init(_ found: Found<ServiceItem>, in snapshot: CatalogueSnapshot, text: PageText) {
        let item = found.value
        url = PageURL.item(item.id)
        icon = PageIcon.department(item.department)
        pieces = text.pieces(found, name: item.name)
        let department = snapshot.department(item.department).map { text.of($0.name) } ?? ""
        note = text.note(of: found, department: department)
        alias = text.alias(of: found, name: item.name)
        let badge: (key: String, style: String)? =
            if item.presence == .absent {
                ("item.badge.department", "info")
            } else if item.booking == .none {
                ("item.badge.walkIn", "ok")
            } else if item.channels.contains(.online) {
                ("item.badge.online", "door")
            } else {
                nil
            }
        hasBadge = badge != nil
        self.badge = badge.map { text($0.key) } ?? ""
        badgeStyle = badge?.style ?? ""
    }
}

/// Model of `catalogue/part/hall-row`; with booking links on the page of an item.
struct HallRow: Sendable {
    let url: String
    let icon: String
    let name: String
    let pieces: [TitlePiece]
    let alias: AliasNote?
    let address: [TitlePiece]
    let distance: String?
    let today: String
    let badge: String
    let badgeStyle: String
    let bookable: Bool
    let bookURL: String

    /// - Parameter item: the item to be booked there.
    init(
        _ found: Found<Hall>, metres: Double? = nil, at now: Instant, item: ServiceItem? = nil,
        in snapshot: CatalogueSnapshot, text: PageText
    ) {
        let hall = found.value
        let state = HallState(hall, at: now, in: snapshot, text: text)
        url = PageURL.hall(hall.id)
        icon = PageIcon.hall(hall)
        name = text.of(hall.name)
        pieces = text.pieces(found, name: hall.name)
        alias = text.alias(of: found, name: hall.name)
        address = text.address(of: found)
        distance = metres.map { DistanceText(metres: $0, renderer: text.renderer, locale: text.locale).text }
        today = state.today
        badge = state.badge
        badgeStyle = state.style
        bookable = item.map { snapshot.isBookable($0, at: hall.id) } ?? false
        bookURL = item.map { PageURL.book(item: $0.id, hall: hall.id) } ?? ""
    }
}

/// Whether a hall is open now, and its hours today, in words.
struct HallState: Sendable {
    let today: String
    let badge: String
    let style: String

    init(_ hall: Hall, at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        let date = ProvinceTime.date(of: now)
        let openings = snapshot.openings(of: hall, on: date)
        let day = snapshot.day(date)
        if !openings.isEmpty {
            today = text("hall.today", ["hours": text.hours(openings)])
        } else if day.kind == .holiday, let name = day.name {
            today = text("hall.today.holiday", ["name": text.of(name)])
        } else {
            today = text("hall.today.closed")
        }
        let open = snapshot.isOpen(hall.id, at: now)
        badge = text(open ? "hall.open" : "hall.closed")
        style = open ? "ok" : ""
    }
}
