/// How many requests of one kind one caller may make.
package struct RateLimit: Sendable, Hashable {
    /// Steady pace, 1…1,000,000 requests a minute.
    package let perMinute: Int
    /// Requests that may come at once after a pause, at least 1.
    package let burst: Int

    /// - Parameter burst: a fifth of a minute's requests, at least 10, unless given.
    package init(perMinute: Int, burst: Int? = nil) {
        self.perMinute = min(max(perMinute, 1), 1_000_000)
        self.burst = max(1, burst ?? max(10, self.perMinute / 5))
    }

    /// Microseconds in which one request's worth of room comes back.
    var interval: Int64 { 60_000_000 / Int64(perMinute) }
    /// Microseconds in which a caller that has used all room has all of it again.
    var span: Int64 { interval * Int64(burst) }
}
