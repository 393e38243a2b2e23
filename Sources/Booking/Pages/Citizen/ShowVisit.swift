import Catalogue
import Core
import Web

/// Turns a booking into its page, whatever state it is in.
struct ShowVisit: Sendable {
    let desk: PageDesk
    let words: PageWords
    let person: Principal

    func page(_ found: ConfirmedReservation) async throws -> VisitPage {
        let reservation = found.reservation
        let facts = VisitFacts(reservation, desk: desk, words: words)
        var page = VisitPage(title: words("booking.state.\(reservation.state.rawValue)"))
        switch reservation.state {
        case .held: page.held = held(reservation, facts)
        case .booked:
            page.booked = try booked(found, facts)
            if isMoved(reservation) {
                page.notice = PageNotice(
                    .ok, title: words("booking.booked.moved"), text: words("booking.booked.moved.note"))
            }
            if isShut(reservation) {
                page.notice = PageNotice(
                    .danger, title: words("booking.booked.shut"), text: words("booking.booked.shut.note"))
            }
            page.live = live(reservation, every: 30)
        case .waiting, .called, .serving, .parked, .skipped:
            page.live = live(reservation, every: 10)
            try await fill(&page, inHall: reservation, facts)
        case .expired, .released, .cancelled, .noShow, .done, .left: page.over = over(reservation, facts)
        }
        return page
    }

    private func live(_ reservation: Reservation, every: Int) -> VisitPage.Live {
        .init(
            every: every,
            events: pagePath("api", "v1", "halls", reservation.hall, "board", "events"))
    }

    private func held(_ reservation: Reservation, _ facts: VisitFacts) -> VisitPage.Held {
        let url = pagePath("bookings", reservation.id)
        let expiry = reservation.expiresAt ?? desk.now
        return VisitPage.Held(
            item: facts.item, hall: facts.hall, when: facts.when, until: ProvinceTime.clock(expiry),
            secondsLeft: max(0, Int((expiry - desk.now).milliseconds / 1000)), confirmURL: url + "/confirm",
            confirmKey: desk.newKey(),
            releaseURL: url + "/release", releaseKey: desk.newKey())
    }

    private func booked(_ found: ConfirmedReservation, _ facts: VisitFacts) throws -> VisitPage.Booked {
        let reservation = found.reservation
        let url = pagePath("bookings", reservation.id)
        let isChangeable = reservation.isChangeable(at: desk.now, cutoff: desk.settings.cancelCutoff)
        return VisitPage.Booked(
            heading: words(isNew(reservation) ? "booking.booked.done" : "booking.booked.heading"),
            date: reservation.start.map { words.date(ProvinceTime.date(of: $0)) } ?? "",
            time: reservation.start.map { words.span($0, reservation.end) } ?? "", item: facts.item, hall: facts.hall,
            when: facts.when, checkIn: reservation.start.map(checkIn), holder: person.displayName,
            code: .init(reservation.code ?? ""),
            qr: try found.ticket.map { try QRCode.svg($0, title: words("booking.ticket.qr")) },
            calendarURL: url + "/calendar.ics", moveURL: isChangeable ? url + "/move" : nil,
            cancelURL: isChangeable ? url + "/cancel" : nil,
            materials: MaterialsPart(reservation.items.first.flatMap { desk.snapshot.item($0) }, words: words))
    }

    private func checkIn(_ start: Instant) -> String {
        words(
            "booking.checkIn.window",
            [
                "from": ProvinceTime.clock(start - desk.settings.checkInEarly),
                "to": ProvinceTime.clock(start + desk.settings.checkInLate),
            ])
    }

    private func isFresh(_ reservation: Reservation) -> Bool {
        desk.now - reservation.updatedAt < .minutes(2)
    }

    /// Booked a moment ago. The first ticket has revision 1; each move issues another.
    private func isNew(_ reservation: Reservation) -> Bool {
        isFresh(reservation) && reservation.revision <= 1
    }

    /// The hall has been closed on that day since it was booked.
    private func isShut(_ reservation: Reservation) -> Bool {
        guard let start = reservation.start, let hall = desk.snapshot.hall(reservation.hall) else { return false }
        return CellPlan.weekday(for: hall, on: ProvinceTime.date(of: start), calendar: desk.snapshot.calendar) == nil
    }

    private func isMoved(_ reservation: Reservation) -> Bool {
        isFresh(reservation) && reservation.revision > 1
    }

    private func fill(_ page: inout VisitPage, inHall reservation: Reservation, _ facts: VisitFacts) async throws {
        guard let ticket = try await desk.booking.queue.ticket(ofReservation: reservation.id) else {
            page.over = over(reservation, facts)
            return
        }
        let snapshot = desk.snapshot
        switch ticket.state {
        case .called:
            page.called = .init(number: ticket.number, go: go(ticket, snapshot))
        case .serving:
            page.serving = .init(number: ticket.number, go: go(ticket, snapshot))
        case .waiting:
            page.waiting = QueuePlacePart(
                ticket, zone: ticket.zone.flatMap { snapshot.zone($0) }.map { words.zone($0) }, words: words)
        default: page.over = over(reservation, facts, number: ticket.number)
        }
    }

    /// A called ticket names the one window that called it.
    private func go(_ ticket: QueueTicket, _ snapshot: CatalogueSnapshot) -> String {
        guard let window = ticket.windows.first.flatMap({ snapshot.window($0) }) else {
            return words("booking.called.title")
        }
        return words("booking.called.go", ["window": words.window(window.number)])
    }

    private func over(_ reservation: Reservation, _ facts: VisitFacts, number: String? = nil) -> VisitPage.Over {
        let state = reservation.state
        let again: String? =
            state.isInHall ? nil : pagePath("book", reservation.items.first ?? "", reservation.hall)
        return VisitPage.Over(
            number: number, title: words("booking.over.\(state.rawValue)"),
            text: words("booking.over.\(state.rawValue).text"),
            tone: state.tone, label: words("booking.state.\(state.rawValue)"), item: facts.item, hall: facts.hall,
            when: facts.when, again: again)
    }
}

extension ReservationState {
    /// The colour of its badge, always beside the word.
    var tone: String {
        switch self {
        case .held, .waiting, .called: "lamp"
        case .booked: "ok"
        case .serving, .parked: "info"
        case .skipped, .noShow: "danger"
        case .expired, .released, .cancelled, .done, .left: ""
        }
    }
}
