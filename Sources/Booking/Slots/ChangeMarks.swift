import Synchronization

/// When this process last changed something, by name: its own readers then see their own writes at once, while
/// other processes' changes show within a second.
final class ChangeMarks: Sendable {
    private let marks = Mutex<[String: ContinuousClock.Instant]>([:])

    func touch(_ name: String) {
        let now = ContinuousClock.now
        marks.withLock { $0[name] = now }
    }

    func last(_ name: String) -> ContinuousClock.Instant? {
        marks.withLock { $0[name] }
    }
}
