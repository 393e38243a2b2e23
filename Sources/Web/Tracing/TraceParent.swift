/// A place in a trace, as `traceparent` carries it from one system to the next (W3C Trace Context §3.2).
package struct TraceParent: Sendable, Hashable {
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// The span that is the parent of what follows.
    package let span: UInt64
    /// Whether the sender records the trace.
    package let isSampled: Bool

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.isSampled = isSampled
    }

    /// Reads a header's value: `00-<32 hex>-<16 hex>-<2 hex>`, lower case; a later version may go on after another dash.
    ///
    /// - Returns: `nil` for anything else, for the forbidden version `ff` and for ids that are all zero (§3.2.2).
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes.count == 55 || (bytes[55] == 0x2D && bytes.count <= 512),
            bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
            let version = TraceParent.number(bytes[0..<2]), version != 0xFF, version != 0 || bytes.count == 55,
            let high = TraceParent.number(bytes[3..<19]), let low = TraceParent.number(bytes[19..<35]),
            let span = TraceParent.number(bytes[36..<52]), let flags = TraceParent.number(bytes[53..<55]),
            high | low != 0, span != 0
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
    }

    /// The value of the header, version 00.
    package var header: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// 32 lower-case hexadecimal digits, as in log lines.
    package var traceID: String { TraceParent.hex(traceHigh) + TraceParent.hex(traceLow) }

    package var spanID: String { TraceParent.hex(span) }

    static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt64(digit - 0x57)
            default: return nil
            }
        }
        return value
    }
}
