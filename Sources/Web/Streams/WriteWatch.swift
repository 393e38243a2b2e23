import Synchronization

/// Notices a client that takes in nothing: a write to it waits until it reads, perhaps for ever.
final class WriteWatch: Sendable {
    private let limit: Duration
    private let writingSince = Mutex<ContinuousClock.Instant?>(nil)

    init(limit: Duration) {
        self.limit = limit
    }

    /// Runs one write under the watch.
    func writing(_ write: () async throws -> Void) async throws {
        writingSince.withLock { $0 = .now }
        defer { writingSince.withLock { $0 = nil } }
        try await write()
    }

    /// Returns when one write has taken longer than the limit.
    ///
    /// - Throws: `CancellationError` when nobody waits any more.
    func waitUntilStuck() async throws {
        while true {
            try await Task.sleep(for: limit / 4)
            let since = writingSince.withLock { $0 }
            if let since, .now - since > limit { return }
        }
    }
}
