import Synchronization

/// Whether the last group could be committed.
final class WriterHealth: Sendable {
    private let trouble = Mutex<StorageError?>(nil)

    var current: StorageError? { trouble.withLock { $0 } }

    /// - Returns: whether this is news, so that an outage is logged once.
    func failed(_ error: StorageError) -> Bool {
        trouble.withLock { trouble in
            defer { trouble = error }
            return trouble == nil
        }
    }

    /// - Returns: whether this ends an outage.
    func succeeded() -> Bool {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble != nil
        }
    }
}
