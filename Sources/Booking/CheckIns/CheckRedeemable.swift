import Catalogue
import Core

/// 1. the booking is for this hall; 2. it is booked, not held, given up or missed; 3. now lies between the early
/// and the late limit around the slot's start.
///
/// That it was not redeemed before, the redemption row decides.
struct CheckRedeemable: Sendable {
    let core: BookingCore
    let hall: String
    let now: Instant

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

    func check(_ reservation: Reservation) throws {
        guard reservation.hall == hall else { throw CheckRedeemable.wrongHall(reservation.hall, core: core) }
        switch reservation.state {
        // Redeemed before: the redemption row will say when and where.
        case .waiting, .called, .serving, .parked, .skipped, .done, .left: return
        case .booked: break
        case .held: throw Problem.outOfOrder(.held, "This booking has not been confirmed.")
        case .noShow: throw Problem(.tooLate, "The booked time has passed; please take a walk-in number.")
        case .expired, .released, .cancelled: throw Problem.outOfOrder(reservation.state)
        }
        switch CheckRedeemable.timing(of: reservation, settings: core.settings, at: now) {
        case .punctual, .late: return
        case .early(let opensAt):
            throw Problem(
                .tooEarly, "Check-in opens at \(ProvinceTime.clock(opensAt)).",
                extensions: [JSONValue.Member("opensAt", .string(ProvinceTime.format(opensAt)))])
        case .tooLate: throw Problem(.tooLate, "The booked time has passed; please take a walk-in number.")
        }
    }

    /// - Parameter hall: the right one, where it is known.
    static func wrongHall(_ hall: String?, core: BookingCore) -> Problem {
        guard let hall else { return Problem(.wrongHall, "This booking is for another hall.") }
        let name = core.catalogue.current.hall(hall)?.name.en ?? hall
        return Problem(
            .wrongHall, "This booking is for \(name).", extensions: [JSONValue.Member("hall", .string(hall))])
    }
}
