import Catalogue
package import Core

extension Reservations {
    /// The booking as an iCalendar object with a reminder an hour before (RFC 5545), for the person's own calendar.
    ///
    /// - Throws: `not-found` when it is not the caller's or has no time.
    package func calendar(_ id: String, by person: Principal) async throws -> String {
        let reservation = try await find(id, by: person).reservation
        guard let start = reservation.start, let end = reservation.end else { throw Problem(.notFound) }
        let catalogue = core.catalogue.current
        let items = reservation.items.map { catalogue.item($0)?.name.zh ?? $0 }.joined(separator: "、")
        let hall = catalogue.hall(reservation.hall)
        let isOn = reservation.state == .booked || reservation.state.isInHall || reservation.state == .done
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yimen//Booking//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            "BEGIN:VEVENT", "UID:\(reservation.id)@yimen", "SEQUENCE:\(reservation.version)",
            "DTSTAMP:\(CalendarText.time(reservation.updatedAt))", "DTSTART:\(CalendarText.time(start))",
            "DTEND:\(CalendarText.time(end))", "SUMMARY:" + CalendarText.escaped(items),
            "LOCATION:"
                + CalendarText.escaped([hall?.name.zh, hall?.address.zh].compactMap { $0 }.joined(separator: "，")),
            "DESCRIPTION:" + CalendarText.escaped(reservation.code.map { "取号码 \($0)" } ?? ""),
            "STATUS:" + (isOn ? "CONFIRMED" : "CANCELLED"), "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT1H",
            "DESCRIPTION:" + CalendarText.escaped(items), "END:VALARM", "END:VEVENT", "END:VCALENDAR",
        ]
        return lines.map { CalendarText.folded($0) + "\r\n" }.joined()
    }
}

/// The text rules of RFC 5545.
enum CalendarText {
    /// UTC, `20261123T013000Z` (§3.3.5).
    static func time(_ instant: Instant) -> String {
        // Eight hours earlier on the province's clock is UTC.
        let text = ProvinceTime.format(instant - ProvinceTime.offset).prefix(19)
        return text.filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// §3.3.11.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", ";", ",": result += "\\\(character)"
            case _ where character.isNewline: result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    /// Lines of at most 75 octets, never cutting a character (§3.1).
    static func folded(_ line: String) -> String {
        var result = ""
        var octets = 0
        for character in line {
            let width = String(character).utf8.count
            if octets + width > 75 {
                result += "\r\n "
                octets = 1
            }
            result.append(character)
            octets += width
        }
        return result
    }
}
