/// A date-time of RFC 3339 §5.6, read from bytes.
enum RFC3339Reader {
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Instant? {
        guard (20...35).contains(bytes.count),
            let date = LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)), bytes[10] | 0x20 == UInt8(ascii: "t"),
            let hour = two(bytes, 11), bytes[13] == UInt8(ascii: ":"), let minute = two(bytes, 14),
            bytes[16] == UInt8(ascii: ":"), let second = two(bytes, 17), hour < 24, minute < 60, second < 60,
            let (milliseconds, end) = fraction(bytes, 19), let offsetMinutes = offset(bytes, end)
        else { return nil }
        let seconds = Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + (minute - offsetMinutes) * 60 + second)
        return Instant(milliseconds: seconds * 1000 + milliseconds)
    }

    private static func two(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard index + 1 < bytes.count, let tens = digit(bytes[index]), let ones = digit(bytes[index + 1]) else {
            return nil
        }
        return tens * 10 + ones
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }

    /// Milliseconds and the index after them; an absent fraction is zero, a lone point is refused.
    private static func fraction(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> (Int64, Int)? {
        guard bytes[start] == UInt8(ascii: ".") else { return (0, start) }
        var index = start + 1
        var value: Int64 = 0
        var scale: Int64 = 100
        while index < bytes.count, let digit = digit(bytes[index]) {
            value += Int64(digit) * scale
            scale /= 10
            index += 1
        }
        return index > start + 1 ? (value, index) : nil
    }

    /// Minutes east of UTC; the offset must end the text.
    private static func offset(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return index + 1 == bytes.count ? 0 : nil
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard index + 6 == bytes.count, let hours = two(bytes, index + 1), bytes[index + 3] == UInt8(ascii: ":"),
                let minutes = two(bytes, index + 4), hours < 24, minutes < 60
            else { return nil }
            return (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
        default: return nil
        }
    }
}
