import Catalogue
import Core
import Web

/// Model of `booking/reservation`: exactly one of the parts is there, by the state of the booking.
struct VisitPage: Sendable {
    /// Title of the window.
    var title: String
    var notice: PageNotice?
    /// Set where the page keeps itself current.
    var live: Live?
    var held: Held?
    var booked: Booked?
    var waiting: QueuePlacePart?
    var called: Called?
    var serving: Called?
    var over: Over?

    struct Live: Sendable {
        /// Seconds between two looks.
        let every: Int
        /// The hall's event stream.
        let events: String
    }

    struct Held: Sendable {
        let step = StepPart.confirm
        let item: ItemPart
        let hall: HallPart
        let when: String?
        /// Clock time at which the hold ends.
        let until: String
        /// How long that still is, for the countdown; the clock of the reader's machine may be wrong.
        let secondsLeft: Int
        let confirmURL: String
        let confirmKey: String
        let releaseURL: String
        let releaseKey: String
    }

    struct Booked: Sendable {
        let heading: String
        let date: String
        let time: String
        let item: ItemPart
        let hall: HallPart
        let when: String?
        let checkIn: String?
        let holder: String?
        let code: Code
        /// SVG of the signed ticket.
        let qr: String?
        let calendarURL: String
        let moveURL: String?
        let cancelURL: String?
        let materials: MaterialsPart?
    }

    /// The ten digits in groups of 3, 3 and 4.
    struct Code: Sendable {
        let first: String
        let second: String
        let third: String

        init(_ digits: String) {
            first = String(digits.prefix(3))
            second = String(digits.dropFirst(3).prefix(3))
            third = String(digits.dropFirst(6))
        }
    }

    struct Called: Sendable {
        let number: String
        let go: String
    }

    struct Over: Sendable {
        /// Of somebody who is in the hall still.
        var number: String?
        let title: String
        let text: String
        let tone: String
        let label: String
        let item: ItemPart
        let hall: HallPart
        let when: String?
        /// Where to book the same again.
        let again: String?
    }
}

/// Item, hall and time of a visit, as every page shows them.
struct VisitFacts: Sendable {
    let item: ItemPart
    let hall: HallPart
    let when: String?

    init(_ reservation: Reservation, desk: PageDesk, words: PageWords) {
        let snapshot = desk.snapshot
        item = ItemPart(reservation.items, in: snapshot, words: words)
        hall = HallPart(reservation.hall, in: snapshot, words: words)
        when = reservation.start.map { words.moment($0, reservation.end) }
    }
}
