import Catalogue
import Core

/// What a machine says while its hall is closed.
struct ClosedHall: Sendable {
    /// `明天 09:00`; `nil` where no day is announced.
    let opens: String?
    /// Somebody with a booking can check in all the same: a little before the doors open, or after they close.
    let checkIn: Bool

    /// `nil` while the hall is open.
    init?(_ hall: Hall, desk: PageDesk, words: PageWords) {
        let now = desk.now
        guard !desk.snapshot.isOpen(hall.id, at: now) else { return nil }
        opens = desk.snapshot.nextOpening(of: hall, after: now).map { words.nearMoment($0) }
        checkIn = desk.snapshot.mayBegin(
            in: hall, from: now - desk.settings.checkInLate, through: now + desk.settings.checkInEarly)
    }

    init(opens: String?, checkIn: Bool) {
        self.opens = opens
        self.checkIn = checkIn
    }
}
