import Catalogue
import Core
import Web

/// Model of `booking/list`.
struct ListPage: Sendable {
    let notice: PageNotice? = nil
    let isEmpty: Bool
    let groups: [Group]
    let nextURL: String?

    struct Group: Sendable {
        let title: String
        let past: Bool
        let rows: [Row]
    }

    struct Row: Sendable {
        let url: String
        let month: String
        let day: String
        let weekday: String
        let item: String
        let time: String
        let hall: String
        let state: String
        let tone: String
    }

    init(_ found: ReservationPage, desk: PageDesk, words: PageWords) {
        let mine = found.reservations
        let inHall = mine.filter { $0.state.isInHall }
        let coming = mine.filter { $0.state == .held || $0.state == .booked }
            .sorted { ($0.start ?? $0.createdAt) < ($1.start ?? $1.createdAt) }
        let past = mine.filter { !$0.state.isInHall && $0.state != .held && $0.state != .booked }
        func rows(_ reservations: [Reservation]) -> [Row] {
            reservations.map { ListPage.row($0, desk: desk, words: words) }
        }
        groups = [
            Group(title: words("booking.list.now"), past: false, rows: rows(inHall)),
            Group(title: words("booking.list.coming"), past: false, rows: rows(coming)),
            Group(title: words("booking.list.past"), past: true, rows: rows(past)),
        ].filter { !$0.rows.isEmpty }
        isEmpty = mine.isEmpty
        nextURL = found.next.map { "/bookings?after=" + PercentDecoding.escape($0) }
    }

    private static func row(_ reservation: Reservation, desk: PageDesk, words: PageWords) -> Row {
        let facts = VisitFacts(reservation, desk: desk, words: words)
        let start = reservation.start ?? reservation.createdAt
        let date = ProvinceTime.date(of: start)
        return Row(
            url: pagePath("bookings", reservation.id), month: words.month(date), day: String(date.day),
            weekday: words.weekday(date), item: facts.item.name, time: words.span(start, reservation.end),
            hall: facts.hall.name, state: words("booking.state.\(reservation.state.rawValue)"),
            tone: reservation.state.tone)
    }
}
