/// What a waiting closure wants from the database.
enum CallKind: Sendable {
    case read
    case transaction
    case schemaChange
}

/// One caller waiting for its closure to run on a database thread.
///
/// A call may be attempted several times (a retry, a group started afresh); it is answered once.
protocol PendingCall: AnyObject, Sendable {
    var kind: CallKind { get }
    var waitingSince: ContinuousClock.Instant { get }
    /// The row that the call contends for, as its lane names it.
    var row: String { get }

    /// - Returns: `false` when the caller has been cancelled meanwhile; the call is then over.
    func claim() -> Bool

    /// Runs the closure and keeps its outcome without telling anybody.
    /// - Throws: what the closure throws, or the fault it went past, so that its statements can be undone.
    func attempt(_ session: any Session) throws

    /// Tells the caller the outcome of the last attempt.
    func answer()

    /// Tells the caller that nothing of the call was kept.
    func fail(_ error: any Error)
}

/// The statements of one closure, as a driver sees them.
protocol Session: SchemaTransaction {
    /// Called when the closure has ended well.
    ///
    /// - Throws: `StorageError.tooLong` when it took too long, even though it ended well: others
    ///   have been waiting for it; the error of a statement that failed and that the closure
    ///   caught, because on PostgreSQL nothing after it can be kept.
    func verify() throws

    /// What `insertAtEnd` has gathered and `verify` has not written.
    var waitingRows: WaitingRows { get }
}

/// Until when a closure may run; a schema change has no limit.
struct TimeLimit: Sendable {
    static let none = TimeLimit(.zero, for: .schemaChange)

    private let end: ContinuousClock.Instant?

    init(_ duration: Duration, for kind: CallKind) {
        end = kind == .schemaChange ? nil : ContinuousClock.now + duration
    }

    var isOver: Bool {
        guard let end else { return false }
        return ContinuousClock.now > end
    }

    func check() throws {
        if isOver { throw StorageError.tooLong }
    }
}
