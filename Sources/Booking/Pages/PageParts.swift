import Catalogue
import Core
import Web

/// An alert at the top of a page; part of `booking/part/notice`.
struct PageNotice: Sendable {
    enum Tone: String, Sendable {
        case ok, lamp, danger, info
    }

    let tone: String
    let icon: String
    let title: String
    let text: String?
    var link: Link?

    struct Link: Sendable {
        let url: String
        let label: String
    }

    init(_ tone: Tone, title: String, text: String? = nil) {
        self.tone = tone.rawValue
        icon =
            switch tone {
            case .ok: "check-circle"
            case .lamp: "clock"
            case .danger: "alert"
            case .info: "info"
            }
        self.title = title
        self.text = text
    }

    /// What went wrong and how to go on; unknown kinds get a general text that is still true.
    init(_ kind: ProblemKind, in prefix: String, words: PageWords) {
        self.init(
            kind == .busy || kind == .nobodyWaiting ? .lamp : .danger,
            title: words.text(prefix, kind.name), text: words.text(prefix, kind.name, suffix: ".text"))
    }
}

/// An item as pages name it.
struct ItemPart: Sendable {
    let id: String
    let name: String
    let url: String
    let minutes: Int

    init(id: String, name: String, url: String, minutes: Int) {
        self.id = id
        self.name = name
        self.url = url
        self.minutes = minutes
    }

    init(_ item: ServiceItem, words: PageWords) {
        id = item.id
        name = words(item.name)
        url = "/items/" + PercentDecoding.escape(item.id)
        minutes = item.minutes
    }

    /// The items of a visit as one; an item that has left the catalogue is shown by its id.
    init(_ ids: [String], in snapshot: CatalogueSnapshot, words: PageWords) {
        let items = ids.map { snapshot.item($0) }
        id = ids.first ?? ""
        let names = zip(ids, items).map { id, item -> String in
            guard let item else { return id }
            return words(item.name)
        }
        name = names.joined(separator: words("booking.and"))
        url = "/items/" + PercentDecoding.escape(id)
        minutes = items.reduce(0) { $0 + ($1?.minutes ?? 0) }
    }
}

/// A hall as pages name it.
struct HallPart: Sendable {
    let id: String
    let name: String
    let address: String?

    init(id: String, name: String, address: String?) {
        self.id = id
        self.name = name
        self.address = address
    }

    init(_ hall: Hall, words: PageWords) {
        id = hall.id
        name = words(hall.name)
        address = words(hall.address)
    }

    init(_ id: String, in snapshot: CatalogueSnapshot, words: PageWords) {
        let hall = snapshot.hall(id)
        self.id = id
        name = hall.map { words($0.name) } ?? id
        address = hall.map { words($0.address) }
    }
}

/// A number and its place in the queue, the same on the machine that gave it and on the person's phone; part of
/// `booking/part/queue-place`.
struct QueuePlacePart: Sendable {
    let number: String
    /// Where to go now, in one sentence.
    let go: String?
    let ahead: String
    let wait: String?
    let zone: String?

    init(_ ticket: QueueTicket, go: String? = nil, zone: String? = nil, words: PageWords) {
        self.init(
            number: ticket.number, go: go, ahead: words("booking.ahead.value", ["ahead": String(ticket.ahead)]),
            wait: ticket.wait.map { words.wait($0, staffed: ticket.isStaffed) }, zone: zone)
    }

    init(number: String, go: String? = nil, ahead: String, wait: String?, zone: String? = nil) {
        self.number = number
        self.go = go
        self.ahead = ahead
        self.wait = wait
        self.zone = zone
    }
}

/// Which step of the booking path is lit; part of `booking/part/steps`.
struct StepPart: Sendable {
    let hall: Bool
    let time: Bool
    let confirm: Bool

    static let chooseHall = StepPart(hall: true, time: false, confirm: false)
    static let chooseTime = StepPart(hall: false, time: true, confirm: false)
    static let confirm = StepPart(hall: false, time: false, confirm: true)
}

/// Something a person should bring.
struct MaterialsPart: Sendable {
    let list: [String]

    /// `nil` where the catalogue lists none.
    init?(_ item: ServiceItem?, words: PageWords, limit: Int = 12) {
        guard let item, !item.materials.isEmpty else { return nil }
        list = item.materials.prefix(limit).map { words($0) }
    }
}

/// The path of one page, from parts that are escaped here.
func pagePath(_ parts: String...) -> String {
    parts.reduce(into: "") { $0 += "/" + PercentDecoding.escape($1) }
}
