/// The province's civil time: UTC+08:00 all year (China has had no daylight saving since 1991).
package enum ProvinceTime {
    package static let offset = Duration.hours(8)
    private static let offsetMilliseconds: Int64 = 8 * 3_600_000
    private static let dayMilliseconds: Int64 = 86_400_000

    /// The date on the province's calendars, held within the years 1…9999.
    package static func date(of instant: Instant) -> LocalDate {
        LocalDate(dayNumber: Int(split(instant).day))
    }

    /// Minutes after local midnight, 0…1439.
    package static func minuteOfDay(of instant: Instant) -> Int {
        Int(split(instant).rest / 60_000)
    }

    /// - Parameter minute: minutes after local midnight; 1440 is the next midnight.
    package static func instant(of date: LocalDate, minute: Int = 0) -> Instant {
        Instant(milliseconds: Int64(date.dayNumber) * dayMilliseconds - offsetMilliseconds) + .seconds(minute * 60)
    }

    /// RFC 3339 date-time with the province's offset, to the second: `2026-11-23T09:30:00+08:00`.
    package static func format(_ instant: Instant) -> String {
        let (day, rest) = split(instant)
        let date = LocalDate(dayNumber: Int(day))
        return String(unsafeUninitializedCapacity: 25) { buffer in
            _ = date.write(to: buffer)
            buffer[10] = UInt8(ascii: "T")
            writeTwoDigits(Int(rest / 3_600_000), to: buffer, at: 11)
            buffer[13] = UInt8(ascii: ":")
            writeTwoDigits(Int(rest / 60_000 % 60), to: buffer, at: 14)
            buffer[16] = UInt8(ascii: ":")
            writeTwoDigits(Int(rest / 1000 % 60), to: buffer, at: 17)
            buffer[19] = UInt8(ascii: "+")
            writeTwoDigits(8, to: buffer, at: 20)
            buffer[22] = UInt8(ascii: ":")
            writeTwoDigits(0, to: buffer, at: 23)
            return 25
        }
    }

    /// Wall-clock `HH:mm` of an instant.
    package static func clock(_ instant: Instant) -> String {
        clock(minute: minuteOfDay(of: instant))
    }

    /// Wall-clock `HH:mm` of a minute of the day; 1440 gives `24:00`, the end of a day.
    /// - Parameter minute: 0…5999.
    package static func clock(minute: Int) -> String {
        let minute = min(max(minute, 0), 5999)
        return String(unsafeUninitializedCapacity: 5) { buffer in
            writeTwoDigits(minute / 60, to: buffer, at: 0)
            buffer[2] = UInt8(ascii: ":")
            writeTwoDigits(minute % 60, to: buffer, at: 3)
            return 5
        }
    }

    /// Parses an RFC 3339 date-time with any offset; fractions of a second are cut to milliseconds.
    /// A leap second (`:60`) is refused: no slot and no token starts in one.
    package static func parse(_ text: String) -> Instant? {
        var text = text
        return text.withUTF8 { RFC3339Reader.read($0) }
    }

    /// Whole local days since 1970-01-01 and the milliseconds after that midnight, 0…86,399,999.
    private static func split(_ instant: Instant) -> (day: Int64, rest: Int64) {
        let shifted = (instant + offset).milliseconds
        let (quotient, remainder) = shifted.quotientAndRemainder(dividingBy: dayMilliseconds)
        return remainder < 0 ? (quotient - 1, remainder + dayMilliseconds) : (quotient, remainder)
    }
}
