import Catalogue
import Core
import Storage

/// Texts to people about their bookings, sent through the outbox in the transaction they tell of.
///
/// A text names hall, time and code, never the matter: phones lie open on tables.
enum BookingMessages {
    static func confirmed(_ reservation: Reservation, core: BookingCore, at now: Instant, in tx: any Transaction) throws
    {
        try send(reservation, core: core, at: now, in: tx) { hall, time, code in
            LocalizedText(
                zh: "【一门】您已预约\(hall.zh)，时间\(time)，取号码\(code)。请按时到场取号。",
                en: "[Yimen] Booked at \(hall.en), \(time). Check-in code \(code). Please be on time.")
        }
    }

    static func cancelled(_ reservation: Reservation, core: BookingCore, at now: Instant, in tx: any Transaction) throws
    {
        try send(reservation, core: core, at: now, in: tx) { hall, time, _ in
            LocalizedText(
                zh: "【一门】您在\(hall.zh)的预约（\(time)）已取消。",
                en: "[Yimen] Your booking at \(hall.en), \(time), is cancelled.")
        }
    }

    private static func send(
        _ reservation: Reservation, core: BookingCore, at now: Instant, in tx: any Transaction,
        _ text: (LocalizedText, String, String) -> LocalizedText
    ) throws {
        guard let person = reservation.person, let start = reservation.start, let code = reservation.code,
            let hall = core.catalogue.current.hall(reservation.hall)
        else { return }
        let time = "\(ProvinceTime.date(of: start)) \(ProvinceTime.clock(start))"
        let message = text(hall.name, time, code)
        try TextMessages.enqueue(message, to: person, id: core.surroundings.newID(), at: now, in: tx)
    }
}
