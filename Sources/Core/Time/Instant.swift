/// A point in time as whole milliseconds since 1970-01-01T00:00:00Z, the form in which every
/// `…_at_ms` column holds it. Arithmetic stops at the ends of the range instead of trapping, as
/// times come from tokens and requests.
package struct Instant: Hashable, Comparable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int64) {
        self.init(milliseconds: saturated(seconds.multipliedReportingOverflow(by: 1000), towards: seconds))
    }

    /// Whole seconds, rounded down: the NumericDate of RFC 7519 §2.
    package var seconds: Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (left: Instant, right: Duration) -> Instant {
        Instant(
            milliseconds: saturated(
                left.milliseconds.addingReportingOverflow(right.milliseconds), towards: right.milliseconds))
    }

    package static func - (left: Instant, right: Duration) -> Instant {
        Instant(
            milliseconds: saturated(
                left.milliseconds.subtractingReportingOverflow(right.milliseconds), towards: ~right.milliseconds))
    }

    package static func - (left: Instant, right: Instant) -> Duration {
        .milliseconds(
            saturated(left.milliseconds.subtractingReportingOverflow(right.milliseconds), towards: left.milliseconds))
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded towards zero and held within 64 bits.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = saturated(seconds.multipliedReportingOverflow(by: 1000), towards: seconds)
        let rest = attoseconds / 1_000_000_000_000_000
        return saturated(whole.addingReportingOverflow(rest), towards: seconds)
    }

    package static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    package static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    package static func days(_ count: Int) -> Duration { .seconds(count * 86400) }
}

/// The result of an operation, or the end of the range in the direction in which it left it.
private func saturated(_ result: (partialValue: Int64, overflow: Bool), towards sign: Int64) -> Int64 {
    guard result.overflow else { return result.partialValue }
    return sign < 0 ? .min : .max
}
