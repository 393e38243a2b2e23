import Core

/// One log line as a JSON object, written straight into bytes.
struct JSONLine {
    private var bytes = [UInt8]()

    init(level: String, message: String, at instant: Instant) {
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        JSONLine.write(instant, to: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"".utf8)
        bytes.append(contentsOf: level.utf8)
        bytes.append(0x22)
        add("message", message)
    }

    mutating func add(_ name: String, _ value: String) {
        bytes.append(contentsOf: [0x2C, 0x22])
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: [0x22, 0x3A])
        JSONValue.string(value).write(to: &bytes)
    }

    mutating func add(_ name: String, _ value: Int) {
        bytes.append(contentsOf: [0x2C, 0x22])
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: [0x22, 0x3A])
        bytes.append(contentsOf: String(value).utf8)
    }

    consuming func finished() -> [UInt8] {
        bytes.append(contentsOf: [0x7D, 0x0A])
        return bytes
    }

    /// UTC with milliseconds (RFC 3339): `2026-11-23T01:30:00.000Z`.
    private static func write(_ instant: Instant, to bytes: inout [UInt8]) {
        let day = 86_400_000 as Int64
        let number = instant.milliseconds / day
        let date = LocalDate(dayNumber: Int(number))
        var rest = Int(instant.milliseconds - number * day)
        func digits(_ value: Int, _ width: Int) {
            var scale = width == 4 ? 1000 : width == 3 ? 100 : 10
            while scale > 0 {
                bytes.append(0x30 + UInt8(truncatingIfNeeded: value / scale % 10))
                scale /= 10
            }
        }
        digits(date.year, 4)
        bytes.append(0x2D)
        digits(date.month, 2)
        bytes.append(0x2D)
        digits(date.day, 2)
        bytes.append(0x54)
        for (unit, separator) in [(3_600_000, 0x3A), (60_000, 0x3A), (1000, 0x2E)] as [(Int, UInt8)] {
            digits(rest / unit, 2)
            bytes.append(separator)
            rest %= unit
        }
        digits(rest, 3)
        bytes.append(0x5A)
    }
}
