import Catalogue
import Core
import Web

/// Model of `booking/kiosk/take`.
struct TakePage: Sendable {
    let shell: KioskShell
    let notice: PageNotice? = nil
    let title: String
    let backURL: String
    let takeURL: String
    let query: String
    let hasDepartments: Bool
    let departments: [Tile]
    let hasItems: Bool
    let items: [Tile]
    let nothing: Bool
    let hasPages: Bool
    let previousURL: String?
    let nextURL: String?

    struct Tile: Sendable {
        let url: String
        let icon: String
        let name: String
        let note: String
        /// Nobody serves it here, so that no number is taken for it.
        var closed = false
    }
}

/// Departments first, then their items; or what a keyword finds.
struct ChooseService: Sendable {
    let desk: PageDesk
    let words: PageWords
    let hall: Hall
    let shell: KioskShell
    /// Tiles that fit the screen without scrolling.
    private static let pageSize = 12

    func page(query: String?, department: String?, number: Int) -> TakePage {
        let snapshot = desk.snapshot
        let served = snapshot.items(in: hall.id)
        if let query {
            let text = String(query.prefix(40))
            let here = Set(served.map(\.id))
            let found = snapshot.search.items(matching: text).map(\.value).filter { here.contains($0.id) }
            return list(
                found, title: words("kiosk.take.results", ["query": text]), query: text,
                link: "q=" + PercentDecoding.escape(text), number: number)
        }
        if let department, let known = snapshot.department(department) {
            let items = served.filter { $0.department == department }
            return list(
                items, title: words(known.name), query: "", link: "department=" + PercentDecoding.escape(department),
                number: number)
        }
        let tiles = snapshot.departments.compactMap { department -> TakePage.Tile? in
            let count = served.count { $0.department == department.id }
            guard count > 0 else { return nil }
            return TakePage.Tile(
                url: shell.url + "/take?department=" + PercentDecoding.escape(department.id),
                icon: DepartmentIcon.name(for: department.id), name: words(department.name),
                note: words.count("kiosk.take.count", count))
        }
        return TakePage(
            shell: shell, title: words("kiosk.take.title"),
            backURL: shell.url, takeURL: shell.url + "/take", query: "", hasDepartments: !tiles.isEmpty,
            departments: tiles, hasItems: false, items: [], nothing: tiles.isEmpty, hasPages: false, previousURL: nil,
            nextURL: nil)
    }

    private func list(
        _ items: [ServiceItem], title: String, query: String, link: String, number: Int
    ) -> TakePage {
        let pages = max(1, (items.count + ChooseService.pageSize - 1) / ChooseService.pageSize)
        let current = min(max(1, number), pages)
        let shown = items.dropFirst((current - 1) * ChooseService.pageSize).prefix(ChooseService.pageSize)
        let take = shell.url + "/take"
        return TakePage(
            shell: shell, title: title, backURL: take, takeURL: take,
            query: query, hasDepartments: false, departments: [], hasItems: !items.isEmpty,
            items: shown.map { tile($0, take: take) }, nothing: items.isEmpty, hasPages: pages > 1,
            previousURL: current > 1 ? "\(take)?\(link)&page=\(current - 1)" : nil,
            nextURL: current < pages ? "\(take)?\(link)&page=\(current + 1)" : nil)
    }
}

extension ChooseService {
    /// An item whose queue has no window is shown without a way to it, so that nobody waits for nobody.
    private func tile(_ item: ServiceItem, take: String) -> TakePage.Tile {
        let group = desk.snapshot.group(serving: item.id, in: hall.id)
        let isServed = group.map { desk.snapshot.hasWindows($0.id) } ?? false
        return TakePage.Tile(
            url: take + pagePath(item.id), icon: DepartmentIcon.name(for: item.department), name: words(item.name),
            note: isServed ? words.count("kiosk.item.minutes", item.minutes) : words("kiosk.item.closed"),
            closed: !isServed)
    }
}

/// The picture of a department in the icon sprite.
enum DepartmentIcon {
    private static let icons = [
        "police": "shield", "social": "umbrella", "medical": "medical", "estate": "house", "market": "shop",
        "tax": "receipt", "housing": "crane", "fund": "coins", "civil": "heart", "health": "stethoscope",
    ]

    static func name(for department: String) -> String {
        icons[department] ?? "grid"
    }
}
