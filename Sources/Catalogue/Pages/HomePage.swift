import Core

/// Model of `catalogue/home`.
struct HomePage: Sendable {
    struct Event: Sendable {
        let title: String
        let note: String
        let icon: String
        let url: String
    }

    private static let popularCount = 8

    let searchURL = "/items"
    let query = ""
    let searchLabel: String
    let hints: [PageLink]
    let events: [Event]
    let popular: [ItemRow]
    let place: PlacePicker
    let halls: [HallRow]

    init(at now: Instant, in snapshot: CatalogueSnapshot, text: PageText) {
        searchLabel = text("search.items")
        let byPopularity = snapshot.items.sorted { ($1.popularity, $0.id) < ($0.popularity, $1.id) }
        hints = byPopularity.prefix(5).map { item in
            // Everyday words teach how the search may be used; they are Chinese.
            let word = text.isEnglish ? item.name.en : item.words.first ?? item.name.zh
            return PageLink(text: word, url: PageURL.items(["q": word]))
        }
        events = snapshot.content.lifeEvents.map { event in
            Event(
                title: text.of(event.name), note: text.of(event.note), icon: PageIcon.lifeEvent(event.id),
                url: PageURL.items(["zone": event.id]))
        }
        popular = byPopularity.prefix(HomePage.popularCount).map {
            ItemRow(Found(value: $0), in: snapshot, text: text)
        }
        place = PlacePicker(action: "/halls", cities: snapshot.cities, chosen: nil, locale: text.locale)
        let roundTheClock = snapshot.halls.filter(\.isRoundTheClock)
        let first = snapshot.halls.filter { !$0.isRoundTheClock }.prefix(2)
        halls = (first + roundTheClock.prefix(1)).map {
            HallRow(Found(value: $0), at: now, in: snapshot, text: text)
        }
    }
}
