import Core
import Synchronization

/// Systems that did not answer at all: for a while nothing is sent to them, then one message at a time until one is
/// answered. Otherwise a system that is down while thousands of its sessions end would keep every sender waiting for
/// its time-out.
final class SilentReceivers: Sendable {
    private struct Silence {
        var until: Instant
        var isBeingTried = false
    }

    private static let rest = Duration.seconds(15)
    private let silences = Mutex<[String: Silence]>([:])

    func mayTry(_ receiver: String, at now: Instant) -> Bool {
        silences.withLock { silences in
            guard let silence = silences[receiver] else { return true }
            guard silence.until <= now, !silence.isBeingTried else { return false }
            silences[receiver]?.isBeingTried = true
            return true
        }
    }

    func answered(_ receiver: String) {
        silences.withLock { $0[receiver] = nil }
    }

    func noAnswer(_ receiver: String, at now: Instant) {
        silences.withLock { $0[receiver] = Silence(until: now + Self.rest) }
    }
}
