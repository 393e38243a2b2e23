#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the time comes from; handed in, so that tests decide what time it is.
package protocol WallClock: Sendable {
    func now() -> Instant
}

package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
