/// Numbers of a JSON text (RFC 8259 §6).
enum JSONNumberReader {
    /// - Returns: the number and the index after it; a whole number within 64 bits stays an integer.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONFault) -> (JSONValue, Int) {
        var index = start
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let firstDigit = index
        // Accumulated below zero, as Int64.min has no positive twin.
        var whole: Int64? = 0
        while index < bytes.count, let digit = digit(bytes[index]) {
            whole = whole.flatMap { appended(digit, to: $0) }
            index += 1
        }
        guard index > firstDigit, index - firstDigit == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw JSONFault(.invalidNumber, at: start)
        }
        var isWhole = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isWhole = false
            index = try digits(bytes, from: index + 1, start: start)
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            index = try digits(bytes, from: index, start: start)
        }
        if isWhole, let whole {
            if isNegative { return (.integer(whole), index) }
            if whole != .min { return (.integer(-whole), index) }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw JSONFault(.numberOutOfRange, at: start) }
        return (.number(value), index)
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int64(byte - UInt8(ascii: "0")) : nil
    }

    private static func appended(_ digit: Int64, to value: Int64) -> Int64? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (difference, underflow) = product.subtractingReportingOverflow(digit)
        return overflow || underflow ? nil : difference
    }

    private static func digits(
        _ bytes: UnsafeBufferPointer<UInt8>, from first: Int, start: Int
    ) throws(JSONFault) -> Int {
        var index = first
        while index < bytes.count, digit(bytes[index]) != nil { index += 1 }
        guard index > first else { throw JSONFault(.invalidNumber, at: start) }
        return index
    }
}
