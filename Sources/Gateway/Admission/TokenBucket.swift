/// A token bucket as one number: the time at which it will be full again (the generic cell rate algorithm).
///
/// A bucket whose time has passed is full and need not be kept at all.
struct TokenBucket: Sendable, Hashable {
    /// Microseconds since 1970.
    private(set) var fullAt: Int64

    /// Takes one token.
    /// - Parameter now: microseconds since 1970.
    /// - Returns: `nil` when there was one, otherwise the microseconds until there will be.
    mutating func take(_ limit: RateLimit, now: Int64) -> Int64? {
        // Held to one full span ahead: a clock set back must not lock anybody out for longer than that.
        let start = min(max(fullAt, now), now + limit.span)
        let next = start + limit.interval
        guard next <= now + limit.span else {
            fullAt = start
            return next - limit.span - now
        }
        fullAt = next
        return nil
    }
}
