import CoreMetrics

/// What the drivers measure for swift-metrics; without a backend each of these does nothing.
struct StorageMetrics: Sendable {
    /// Calls that were answered by one commit.
    private let groupSize = Recorder(label: "storage_group_size", dimensions: [], aggregate: true)
    /// From the first statement of a group to its answer, commit included.
    let transaction = Timer(label: "storage_transaction")
    /// The commit alone: on SQLite the wait for the disk, on PostgreSQL the round trip and the server's disk.
    let commit = Timer(label: "storage_commit")
    /// One read, from the thread that took it to its answer.
    let read = Timer(label: "storage_read")
    /// How long the oldest call of a group had waited for a database thread.
    let wait = Timer(label: "storage_wait")
    /// Calls whose closure threw and was undone.
    private let rollbacks = Counter(label: "storage_rollbacks_total")
    /// Groups run once more after a serialisation failure, a deadlock or a lost connection.
    private let retries = Counter(label: "storage_retries_total")
    /// Calls refused because too many waited, or because they had waited too long.
    private let refused = Counter(label: "storage_refused_total")
    /// From a commit until its announcement came back from the server (PostgreSQL).
    private let feedLag = Timer(label: "storage_feed_lag")

    func count(groupOf calls: Int) { groupSize.record(calls) }
    func countRollback() { rollbacks.increment() }
    func countRetry() { retries.increment() }
    func countRefusal() { refused.increment() }

    func recordFeedLag(nanoseconds: UInt64) { feedLag.recordNanoseconds(Int64(clamping: nanoseconds)) }

    /// Starts a clock whose reading is recorded by `record`.
    func begin() -> ContinuousClock.Instant { .now }

    func record(_ timer: Timer, since start: ContinuousClock.Instant) {
        let elapsed = (ContinuousClock.now - start).components
        timer.recordNanoseconds(elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000)
    }
}

/// How busy a database is at this moment.
package struct DatabaseLoad: Sendable, Hashable {
    /// Calls that wait, by the queue they wait in.
    package var waiting: [String: Int]
    /// Threads with a connection that work, and how many there are.
    package var working: Int
    package var workers: Int
}
