import Catalogue
import Core
import Cryptography
import Storage

/// From what the kiosk was shown to the booking it stands for.
struct FindBooking: Sendable {
    let core: BookingCore
    let hall: String
    let now: Instant

    func find(_ proof: CheckInProof) async throws -> Reservation {
        switch proof {
        case .ticket(let text): try await find(ticket: text)
        case .code(let text): try await find(code: text)
        case .identityNumber(let number): try await find(identityNumber: number)
        }
    }

    private func find(ticket text: String) async throws -> Reservation {
        let claims: HallTicket
        do {
            claims = try core.tickets.decode(text)
        } catch {
            throw Problem(.invalidTicket, "This is no ticket of ours, or it was not read whole.")
        }
        // The signature alone says which hall it is for; no look-up is needed to send somebody on.
        guard claims.hall == HallTicket.Fingerprint(hall) else {
            let halls = core.catalogue.current.halls
            throw CheckRedeemable.wrongHall(
                halls.first { HallTicket.Fingerprint($0.id) == claims.hall }?.id, core: core)
        }
        guard let found = try await core.database.read({ try ReservationStore.find(claims.reservation, in: $0) }) else {
            throw Problem(.invalidTicket, "This ticket belongs to no booking.")
        }
        guard found.revision == claims.revision else {
            throw Problem(.invalidTicket, "This ticket was replaced by a newer one.")
        }
        return found
    }

    private func find(code text: String) async throws -> Reservation {
        guard let code = BookingCode.parse(text) else {
            throw Problem(.invalidTicket, "These are not the ten digits of a booking; please check them.")
        }
        guard let found = try await core.database.read({ try ReservationStore.find(code: code, in: $0) }) else {
            throw Problem(.invalidTicket, "No booking has this code.")
        }
        return found
    }

    /// The visit of the day that can be checked in now, else the next one, else the last one already checked in or
    /// missed.
    private func find(identityNumber number: String) async throws -> Reservation {
        do {
            // A slip of the finger is told from a number that nobody has; demo numbers pass, as they have persons.
            _ = try IdentityDocument(recognising: number, demo: true)
        } catch {
            throw Problem.invalid("/identityNumber", "This is no identity number: \(error).")
        }
        guard let person = try await core.persons.subject(identityNumber: number) else { throw noBooking }
        let from = ProvinceTime.instant(of: ProvinceTime.date(of: now - core.settings.checkInLate))
        let to = ProvinceTime.instant(of: ProvinceTime.date(of: now).adding(days: 1)) + core.settings.checkInEarly
        let hall = hall
        let visits = try await core.database.read {
            try ReservationStore.visits(person: person, hall: hall, from: from, to: to, in: $0)
        }
        let booked = visits.filter { $0.state == .booked }
        let inTime = booked.first { CheckRedeemable.timing(of: $0, settings: core.settings, at: now).isOpen }
        guard let found = inTime ?? booked.first ?? visits.last else { throw noBooking }
        return found
    }

    private var noBooking: Problem { Problem(.notFound, "Nobody with this number has a booking here today.") }
}
