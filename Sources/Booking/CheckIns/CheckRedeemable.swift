import Catalogue
import Core

/// 1. the booking is for this hall; 2. it is booked, not held or given up; 3. now lies between the early and the late
/// limit around the slot's start, or it is later, on the same day, and the person wants to queue as a walk-in (T18); 4.
/// then the hall is open.
///
/// That it was not redeemed before, the redemption row decides.
struct CheckRedeemable: Sendable {
    let core: BookingCore
    let hall: String
    var asWalkIn = false
    let now: Instant

    /// As what the person comes into the queue.
    enum Entry: String, Sendable, Hashable {
        case booked
        /// Past the grace: served, but in walk-in order.
        case late
        /// Past the late limit, or missed already: a walk-in with the same visit.
        case missed
    }

    enum Timing: Sendable, Hashable {
        case early(opensAt: Instant)
        case punctual
        /// Past the grace: served, but in walk-in order.
        case late
        case tooLate

        var isOpen: Bool { self == .punctual || self == .late }
    }

    static func timing(of reservation: Reservation, settings: BookingSettings, at now: Instant) -> Timing {
        guard let start = reservation.start else { return .tooLate }
        if now < start - settings.checkInEarly { return .early(opensAt: start - settings.checkInEarly) }
        if now <= start + settings.checkInPunctual { return .punctual }
        return now <= start + settings.checkInLate ? .late : .tooLate
    }

    func check(_ reservation: Reservation) throws -> Entry {
        guard reservation.hall == hall else { throw CheckRedeemable.wrongHall(reservation.hall, core: core) }
        switch reservation.state {
        // Redeemed before: the redemption row will say when and where.
        case .waiting, .called, .serving, .parked, .skipped, .done, .left: return .late
        case .booked: break
        case .held: throw Problem.outOfOrder(.held, "This booking has not been confirmed.")
        case .noShow: return try missed(reservation)
        case .expired, .released, .cancelled: throw Problem.outOfOrder(reservation.state)
        }
        switch CheckRedeemable.timing(of: reservation, settings: core.settings, at: now) {
        case .punctual: return .booked
        case .late: return .late
        case .early(let opensAt):
            throw Problem(
                .tooEarly, "Check-in opens at \(CheckRedeemable.moment(opensAt, from: now)).",
                extensions: [JSONValue.Member("opensAt", .string(ProvinceTime.format(opensAt)))])
        case .tooLate: return try missed(reservation)
        }
    }

    /// With the day, unless it is this one.
    private static func moment(_ instant: Instant, from now: Instant) -> String {
        let (day, clock) = (ProvinceTime.date(of: instant), ProvinceTime.clock(instant))
        return day == ProvinceTime.date(of: now) ? clock : "\(clock) on \(day)"
    }

    private func missed(_ reservation: Reservation) throws -> Entry {
        guard asWalkIn, let start = reservation.start, ProvinceTime.date(of: start) == ProvinceTime.date(of: now) else {
            throw Problem(.tooLate, "The booked time has passed; please take a walk-in number.")
        }
        guard core.catalogue.current.isOpen(hall, at: now) else {
            throw Problem(.queueClosed, "The hall is closed now.")
        }
        return .missed
    }

    /// - Parameter hall: the right one, where it is known.
    static func wrongHall(_ hall: String?, core: BookingCore) -> Problem {
        guard let hall else { return Problem(.wrongHall, "This booking is for another hall.") }
        let name = core.catalogue.current.hall(hall)?.name.en ?? hall
        return Problem(
            .wrongHall, "This booking is for \(name).", extensions: [JSONValue.Member("hall", .string(hall))])
    }
}
