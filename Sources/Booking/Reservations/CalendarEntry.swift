import Core

/// One visit as an iCalendar object (RFC 5545).
enum CalendarEntry {
    /// - Parameter place: hall name and address.
    static func text(of reservation: Reservation, summary: String, place: String, at now: Instant) -> String? {
        guard let start = reservation.start, let end = reservation.end else { return nil }
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yimen//Booking//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT",
            "UID:\(reservation.id)@yimen", "SEQUENCE:\(reservation.version)", "DTSTAMP:\(utc(now))",
            "DTSTART:\(utc(start))", "DTEND:\(utc(end))", "SUMMARY:\(escaped(summary))",
            "LOCATION:\(escaped(place))", "DESCRIPTION:\(escaped(reservation.code ?? ""))",
            "STATUS:\(reservation.state == .cancelled ? "CANCELLED" : "CONFIRMED")", "BEGIN:VALARM",
            "ACTION:DISPLAY", "TRIGGER:-PT60M", "DESCRIPTION:\(escaped(summary))", "END:VALARM", "END:VEVENT",
            "END:VCALENDAR",
        ]
        return lines.map { folded($0) + "\r\n" }.joined()
    }

    /// RFC 5545 §3.3.5, form 2.
    private static func utc(_ instant: Instant) -> String {
        let text = ProvinceTime.format(instant - ProvinceTime.offset)
        return text.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    /// RFC 5545 §3.3.11.
    private static func escaped(_ text: String) -> String {
        var output = ""
        for character in text {
            switch character {
            case "\\", ";", ",": output += "\\" + String(character)
            case "\n", "\r\n", "\r": output += "\\n"
            default: output.append(character)
            }
        }
        return output
    }

    /// Lines of at most 75 bytes (RFC 5545 §3.1), never cut within a character.
    private static func folded(_ line: String) -> String {
        var output = ""
        var length = 0
        for scalar in line.unicodeScalars {
            let bytes = String(scalar).utf8.count
            if length + bytes > 75 {
                output += "\r\n "
                length = 1
            }
            output.unicodeScalars.append(scalar)
            length += bytes
        }
        return output
    }
}
