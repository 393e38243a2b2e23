package import Core
import Synchronization
package import Web

/// Counts requests by class and caller, in bounded memory and without waiting.
///
/// Each process counts for itself: behind n processes a caller has up to n times the room, which is what the machines
/// can bear.
package final class AdmissionControl: RateLimiter {
    private let settings: AdmissionSettings
    private let clock: any WallClock
    private let shards: [Shard]

    private static let shardCount = 16

    package init(settings: AdmissionSettings, clock: any WallClock = SystemClock()) {
        self.settings = settings
        self.clock = clock
        let room = settings.trackedCallers / AdmissionControl.shardCount
        shards = (0..<AdmissionControl.shardCount).map { _ in Shard(limit: room) }
    }

    package func admit(_ rate: RateClass, key: String) -> Int? {
        guard settings.isEnabled, !settings.exempt.contains(where: { $0.contains(key) }) else { return nil }
        // The hash is seeded afresh by each process, so nobody can choose a key that meets another's.
        var hasher = Hasher()
        hasher.combine(rate)
        hasher.combine(CallerKey.normalise(key))
        let caller = hasher.finalize()
        let limit = settings.limits[rate] ?? settings.fallback
        let shard = shards[Int(UInt(bitPattern: caller) % UInt(AdmissionControl.shardCount))]
        let now = clock.now().milliseconds &* 1000
        return shard.take(caller, limit, now: now).map { microseconds in
            max(1, Int((microseconds + 999_999) / 1_000_000))
        }
    }

    /// Callers remembered now.
    package var trackedCallers: Int { shards.reduce(0) { $0 + $1.count } }
}

/// One part of the callers with a lock of its own.
private final class Shard: Sendable {
    private let buckets = Mutex([Int: TokenBucket]())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { buckets.withLock { $0.count } }

    func take(_ caller: Int, _ rate: RateLimit, now: Int64) -> Int64? {
        buckets.withLock { buckets in
            if buckets.count >= limit, buckets[caller] == nil { makeRoom(in: &buckets, now: now) }
            return buckets[caller, default: TokenBucket(fullAt: 0)].take(rate, now: now)
        }
    }

    /// Forgets full buckets, which changes nothing for anybody, and if that is not enough the fuller half of the rest:
    /// under a flood from many addresses those that asked most stay known. Either way a quarter or more becomes free,
    /// so the work is spread over many requests.
    private func makeRoom(in buckets: inout [Int: TokenBucket], now: Int64) {
        buckets = buckets.filter { $0.value.fullAt > now }
        guard buckets.count > limit * 3 / 4 else { return }
        let middle = buckets.values.map(\.fullAt).sorted()[buckets.count / 2]
        buckets = buckets.filter { $0.value.fullAt > middle }
    }
}
