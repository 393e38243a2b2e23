import Catalogue
import Core
import Web

/// What all screens of one machine share.
struct KioskShell: Sendable {
    let hall: HallPart
    let url: String
    /// Seconds without a touch after which the start screen comes back.
    let idle = 60
    /// The start screen for the next person, in the first language again.
    let endURL: String
    /// `nil` while the hall is open.
    let closed: ClosedHall?
    /// Where a number is taken without a booking; `nil` while the hall is closed.
    let takeURL: String?
    /// The next person in line may scan at once, whatever the screen still shows.
    let scan: KioskScan

    init(_ hall: HallPart, closed: ClosedHall?, scanKey: String) {
        self.hall = hall
        self.closed = closed
        url = pagePath("kiosk", hall.id)
        endURL = "/preferences?lang=\(WebLocale.zhHans.rawValue)&return=" + PercentDecoding.escape(url)
        takeURL = closed == nil ? url + "/take" : nil
        scan = KioskScan(hall: hall.id, key: scanKey)
    }
}

/// Model of `booking/kiosk/home`.
struct KioskHomePage: Sendable {
    let shell: KioskShell
    let notice: PageNotice?
    let date: String
    let time: String
    let codeURL: String
    let waiting: Int
}

/// Model of `booking/kiosk/code`.
struct KioskCodePage: Sendable {
    let shell: KioskShell
    let notice: PageNotice?
    let homeURL: String
    let checkInURL: String
    let code: String
    let key: String
}

/// Model of `booking/kiosk/item`.
struct KioskItemPage: Sendable {
    let shell: KioskShell
    let notice: PageNotice?
    let backURL: String
    let item: ItemPart
    let note: String
    let online: Bool
    let materials: MaterialsPart?
    let queue: String
    let takeURL: String
    let key: String
}

/// Model of `booking/kiosk/issued`.
struct KioskIssuedPage: Sendable {
    let shell: KioskShell
    let title: String
    let item: String
    let place: QueuePlacePart
    let issued: String
    let late: Bool
    /// What to do when no slip comes out.
    let printed: String
    let printFault: String

    init(_ ticket: QueueTicket, isBooked: Bool, shell: KioskShell, desk: PageDesk, words: PageWords) {
        self.shell = shell
        title = words(isBooked ? "kiosk.issued.checkedIn" : "kiosk.issued.title")
        item = ItemPart(ticket.items, in: desk.snapshot, words: words).name
        let zone = ticket.zone.flatMap { desk.snapshot.zone($0) }
        let go = zone.map { words("kiosk.issued.go", ["place": words.zone($0)]) } ?? words("kiosk.issued.go.plain")
        place = QueuePlacePart(ticket, go: go, words: words)
        printed = words("kiosk.issued.printed", ["number": ticket.number])
        printFault = words("kiosk.issued.printFault.text", ["number": ticket.number])
        issued = words("kiosk.issued.at", ["time": ProvinceTime.clock(ticket.issuedAt)])
        late = isBooked && ticket.late
    }
}

/// Model of `booking/kiosk/fault`: what happened, in one look, and the way on.
struct KioskFaultPage: Sendable {
    let shell: KioskShell
    let icon: String
    let title: String
    let text: String
    let facts: Fact?
    let retryURL: String?
    let takeURL: String?
    /// Who came too late can queue with the same booking.
    let walkIn: WalkIn?

    struct Fact: Sendable {
        let label: String
        let value: String
    }

    struct WalkIn: Sendable {
        let url: String
        let code: String?
        let ticket: String?
        let key: String
    }

    /// - Parameter proof: what was shown to the machine; an identity number is not written into a page.
    init(
        _ problem: Problem, proof: CheckInProof? = nil, shell: KioskShell, retryURL: String, desk: PageDesk,
        words: PageWords
    ) {
        self.shell = shell
        let kind = problem.kind
        title =
            shell.closed != nil && kind == .queueClosed
            ? words("kiosk.closed") : words.text("kiosk.fault", kind.name)
        text = KioskFaultPage.text(kind, isClosed: shell.closed != nil, words: words)
        icon = kind == .tooEarly || kind == .tooLate || kind == .busy || kind == .alreadyRedeemed ? "clock" : "alert"
        facts = KioskFaultPage.fact(problem, closed: shell.closed, desk: desk, words: words)
        let isFinal = [.alreadyRedeemed, .wrongHall, .tooEarly, .tooLate, .queueClosed].contains(kind)
        self.retryURL = isFinal ? nil : retryURL
        takeURL = kind == .queueClosed ? nil : shell.takeURL
        let mayQueue = kind == .tooLate && shell.closed == nil
        walkIn = mayQueue ? proof.flatMap { WalkIn($0, shell: shell, desk: desk) } : nil
    }

    /// Some faults have another way on while the hall is closed.
    private static func text(_ kind: ProblemKind, isClosed: Bool, words: PageWords) -> String {
        let key = "kiosk.fault.\(kind.name).closed"
        let text = words(key)
        return isClosed && text != key ? text : words.text("kiosk.fault", kind.name, suffix: ".text")
    }

    /// The one fact that helps, taken from the problem's own extension members.
    private static func fact(
        _ problem: Problem, closed: ClosedHall?, desk: PageDesk, words: PageWords
    ) -> Fact? {
        func member(_ name: String) -> String? { problem.extensions.first { $0.name == name }?.value.text }
        func hall(_ id: String) -> String { desk.snapshot.hall(id).map { words($0.name) } ?? id }
        switch problem.kind {
        case .wrongHall:
            return member("hall").map { Fact(label: words("kiosk.fault.wrong-hall.where"), value: hall($0)) }
        case .tooEarly:
            return member("opensAt").flatMap(ProvinceTime.parse)
                .map { Fact(label: words("kiosk.fault.too-early.when"), value: words.moment($0)) }
        case .alreadyRedeemed:
            guard let at = member("redeemedAt").flatMap(ProvinceTime.parse) else { return nil }
            let first = [member("number"), words.moment(at), member("hall").map(hall)].compactMap { $0 }
            return Fact(label: words("kiosk.fault.already-redeemed.when"), value: first.joined(separator: " · "))
        case .queueClosed, .tooLate:
            return closed?.opens.map { Fact(label: words("kiosk.closed.opens"), value: $0) }
        default: return nil
        }
    }
}

extension KioskFaultPage.WalkIn {
    init?(_ proof: CheckInProof, shell: KioskShell, desk: PageDesk) {
        url = shell.url + "/check-in"
        key = desk.newKey()
        switch proof {
        case .code(let text): (code, ticket) = (text, nil)
        case .ticket(let text): (code, ticket) = (nil, text)
        case .identityNumber: return nil
        }
    }
}
