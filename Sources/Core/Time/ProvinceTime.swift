/// The province's civil time: UTC+08:00 all year (China has had no daylight saving since 1991).
package enum ProvinceTime {
    package static let offset = Duration.hours(8)

    package static func date(of instant: Instant) -> LocalDate {
        let shifted = instant.milliseconds + offset.milliseconds
        return LocalDate(dayNumber: Int((Double(shifted) / 86_400_000).rounded(.down)))
    }

    /// Minutes after local midnight, 0…1439.
    package static func minuteOfDay(of instant: Instant) -> Int {
        let day = Int64(86_400_000)
        let rest = (instant.milliseconds + offset.milliseconds) % day
        return Int((rest < 0 ? rest + day : rest) / 60_000)
    }

    /// - Parameter minute: minutes after local midnight; 1440 is the next midnight.
    package static func instant(of date: LocalDate, minute: Int = 0) -> Instant {
        Instant(milliseconds: Int64(date.dayNumber) * 86_400_000 + Int64(minute) * 60_000 - offset.milliseconds)
    }

    /// RFC 3339 date-time with the province's offset, to the second: `2026-11-23T09:30:00+08:00`.
    package static func format(_ instant: Instant) -> String {
        let minute = minuteOfDay(of: instant)
        let second = Int(((instant.seconds % 60) + 60) % 60)
        return "\(date(of: instant))T\(padded(minute / 60, 2)):\(padded(minute % 60, 2)):\(padded(second, 2))+08:00"
    }

    /// Wall-clock `HH:mm` of an instant.
    package static func clock(_ instant: Instant) -> String {
        clock(minute: minuteOfDay(of: instant))
    }

    /// Wall-clock `HH:mm` of a minute of the day.
    package static func clock(minute: Int) -> String {
        padded(minute / 60, 2) + ":" + padded(minute % 60, 2)
    }

    /// Parses an RFC 3339 date-time with any offset; fractions of a second are cut to milliseconds.
    package static func parse(_ text: String) -> Instant? {
        let bytes = Array(text.utf8)
        guard (20...35).contains(bytes.count), let date = LocalDate(String(text.prefix(10))),
            bytes[10] == 0x54 || bytes[10] == 0x74
        else { return nil }
        func two(_ at: Int) -> Int? {
            guard at + 1 < bytes.count, (0x30...0x39).contains(bytes[at]), (0x30...0x39).contains(bytes[at + 1]) else {
                return nil
            }
            return Int(bytes[at] - 0x30) * 10 + Int(bytes[at + 1] - 0x30)
        }
        guard let hour = two(11), bytes[13] == 0x3A, let minute = two(14), bytes[16] == 0x3A, let second = two(17),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        var fraction = 0
        if index < bytes.count, bytes[index] == 0x2E {
            index += 1
            var scale = 100
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                fraction += Int(bytes[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < bytes.count else { return nil }
        var offsetMinutes = 0
        switch bytes[index] {
        case 0x5A, 0x7A:
            guard index + 1 == bytes.count else { return nil }
        case 0x2B, 0x2D:
            guard index + 6 == bytes.count, let hours = two(index + 1), bytes[index + 3] == 0x3A,
                let minutes = two(index + 4), hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (bytes[index] == 0x2D ? -1 : 1)
        default: return nil
        }
        let seconds = Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offsetMinutes * 60)
        return Instant(milliseconds: seconds * 1000 + Int64(fraction))
    }
}
