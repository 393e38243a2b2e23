import Core

/// One visit as an iCalendar object (RFC 5545).
enum CalendarEntry {
    /// - Parameters:
    ///   - place: hall name and address.
    ///   - language: the reader's, as a BCP 47 tag.
    static func text(
        of reservation: Reservation, summary: LocalizedText, place: LocalizedText, language: String, at now: Instant
    ) -> String? {
        guard let start = reservation.start, let end = reservation.end else { return nil }
        let summary = summary.text(language: language)
        let place = place.text(language: language)
        let description = reservation.code.map { howToCheckIn($0).text(language: language) } ?? ""
        let maker = LocalizedText(zh: "-//Yimen//Booking//ZH", en: "-//Yimen//Booking//EN").text(language: language)
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:\(maker)", "METHOD:PUBLISH", "BEGIN:VEVENT",
            "UID:\(reservation.id)@yimen", "SEQUENCE:\(reservation.version)", "DTSTAMP:\(utc(now))",
            "DTSTART:\(utc(start))", "DTEND:\(utc(end))", "SUMMARY:\(escaped(summary))",
            "LOCATION:\(escaped(place))", "DESCRIPTION:\(escaped(description))",
            "STATUS:\(reservation.state == .cancelled ? "CANCELLED" : "CONFIRMED")", "BEGIN:VALARM",
            "ACTION:DISPLAY", "TRIGGER:-PT60M", "DESCRIPTION:\(escaped(summary))", "END:VALARM", "END:VEVENT",
            "END:VCALENDAR",
        ]
        return lines.map { folded($0) + "\r\n" }.joined()
    }

    /// Ten digits alone would say nothing to whoever opens the entry weeks later.
    private static func howToCheckIn(_ code: String) -> LocalizedText {
        LocalizedText(
            zh: "预约码：\(code)。到大厅后，在取号机上输入。",
            en: "Booking code: \(code). Type it at the number machine in the hall.")
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
