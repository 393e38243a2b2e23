import Logging

/// The one thread that writes: it puts waiting transactions into one commit (group commit).
///
/// Each transaction has its savepoint, so that one that throws is undone alone, and every caller
/// is answered only after the commit, the refused ones too: what they saw may have been written
/// by a neighbour of the same group. SQLite undoes the whole group by itself in a few cases (disk
/// full, an interrupted write); then the offender fails and the others run once more.
final class SQLiteWriter {
    private let settings: SQLiteSettings
    private let queue: CallQueue
    private let feed: LocalChangeFeed
    private let log: WriteAheadLog
    private let health: WriterHealth
    private let metrics: StorageMetrics
    private let logger: Logger
    private var connection: SQLiteConnection?
    private var dataVersion: Int64?

    init(
        _ settings: SQLiteSettings, _ queue: CallQueue, _ feed: LocalChangeFeed, _ log: WriteAheadLog,
        _ health: WriterHealth, _ metrics: StorageMetrics, _ logger: Logger
    ) {
        self.metrics = metrics
        self.settings = settings
        self.queue = queue
        self.feed = feed
        self.log = log
        self.health = health
        self.logger = logger
    }

    /// Works until the queue is closed and empty.
    func run() {
        while true {
            switch queue.take(atMost: settings.groupSize, patience: .milliseconds(250)) {
            case .group(let group):
                work(group.calls)
                queue.finish(group)
            case .idle:
                lookForForeignCommits()
            case .closed:
                connection?.close()
                return
            }
        }
    }

    private func work(_ calls: [any PendingCall]) {
        do {
            let connection = try openConnection()
            connection.use {
                var rest = calls[...]
                while !rest.isEmpty { rest = rest.dropFirst(commit(rest, on: connection, .first)) }
                if log.isRestartDue { restartLog(on: connection) }
            }
        } catch {
            report(error)
            for call in calls { call.fail(error) }
        }
    }

    private enum Try {
        /// The rows of `insertAtEnd` are written for all calls together.
        case first
        /// Each call writes them itself, because one of them was refused: only its call shall fail.
        case apart
        /// As `apart`; what fails now fails for good.
        case last
    }

    /// Runs as many of the calls as fit into one commit, and answers them.
    /// - Returns: how many calls have been answered, at least one.
    private func commit(_ calls: ArraySlice<any PendingCall>, on connection: SQLiteConnection, _ attempt: Try) -> Int {
        var notices = [Notice]()
        let rows = GroupRows()
        var done = 0
        let start = metrics.begin()
        do {
            try connection.control(.begin)
            let earlyEnd = TimeLimit(settings.groupTime, for: .transaction)
            for call in calls {
                done += 1
                let session = try run(call, on: connection, after: rows, writesRowsAlone: attempt != .first)
                if let session { notices += session.notices }
                rows.callEnded(leaving: session?.waitingRows)
                if earlyEnd.isOver { break }
            }
            try rows.writeRest { _ = try connection.statement($0).execute($1, on: connection) }
            let commitStart = metrics.begin()
            try connection.control(.commit)
            metrics.record(metrics.commit, since: commitStart)
        } catch {
            if connection.isInTransaction { try? connection.control(.rollback) }
            return failed(calls, after: done, error, on: connection, attempt)
        }
        if health.succeeded() { logger.notice("database can be written again") }
        feed.publish(notices)
        for call in calls.prefix(done) { call.answer() }
        metrics.count(groupOf: done)
        metrics.record(metrics.transaction, since: start)
        return done
    }

    /// Runs one call inside its savepoint and undoes it alone when it throws.
    /// - Returns: what it leaves for the end of the group; `nil` when it was undone.
    /// - Throws: `GroupUndone` when SQLite has undone the whole group by itself; the refusal of a row that an earlier
    ///   call has left.
    private func run(
        _ call: any PendingCall, on connection: SQLiteConnection, after rows: GroupRows, writesRowsAlone: Bool
    ) throws -> SQLiteSession? {
        let limit = TimeLimit(settings.timeLimit, for: call.kind)
        let session = SQLiteSession(connection, limit, after: rows, writesRowsAlone: writesRowsAlone)
        try connection.control(.save)
        connection.limit(limit)
        defer { connection.limit(.none) }
        do {
            try call.attempt(session)
            try connection.control(.release)
            return session
        } catch {
            metrics.countRollback()
            guard connection.isInTransaction else { throw GroupUndone(error: session.failure ?? error) }
            if let refusal = rows.refusal { throw refusal }
            connection.limit(.none)
            try connection.control(.undo)
            try connection.control(.release)
            return nil
        }
    }

    /// - Returns: how many of the calls have been answered.
    private func failed(
        _ calls: ArraySlice<any PendingCall>, after done: Int, _ error: any Error, on connection: SQLiteConnection,
        _ attempt: Try
    ) -> Int {
        let cause = (error as? GroupUndone)?.error ?? error
        report(cause)
        let tried = calls.prefix(done)
        if error is GroupUndone, attempt != .last, let offender = tried.last {
            offender.fail(cause)
            repeated(tried.dropLast(), on: connection, .last)
            return done
        }
        if case StorageError.constraint = cause {
            switch attempt {
            case _ where tried.count == 1, .last: for call in tried { call.fail(cause) }
            case .first: repeated(tried, on: connection, .apart)
            // A constraint that is checked at commit: only alone can each call learn whether it is meant.
            case .apart: for call in tried { _ = commit([call], on: connection, .last) }
            }
            return done
        }
        // Nothing could be written: those that wait in the same group need not try one by one.
        for call in calls { call.fail(cause) }
        return calls.count
    }

    private func repeated(_ calls: ArraySlice<any PendingCall>, on connection: SQLiteConnection, _ attempt: Try) {
        var rest = calls
        while !rest.isEmpty { rest = rest.dropFirst(commit(rest, on: connection, attempt)) }
    }

    /// A failure is the checkpointer's to tell; commits go on while the log has room to grow.
    private func restartLog(on connection: SQLiteConnection) {
        guard log.restart({ (try? connection.checkpoint(.restart)) ?? nil }) else { return }
        logger.warning(
            "write-ahead log cannot begin anew and grows: a read that does not end, or another program that holds the file"
        )
    }

    private func openConnection() throws -> SQLiteConnection {
        if let connection, !connection.isSuspect { return connection }
        connection?.close()
        connection = nil
        let fresh = try SQLiteConnection(.writer, settings)
        fresh.report(to: log)
        connection = fresh
        dataVersion = nil
        return fresh
    }

    private func report(_ error: any Error) {
        switch error {
        case StorageError.unavailable(let reason):
            connection?.isSuspect = true
            if health.failed(.unavailable(reason)) {
                logger.error("database cannot be written", metadata: ["reason": "\(reason)"])
            }
        case StorageError.busy:
            if health.failed(.busy) { logger.warning("database is locked by another process") }
        default: break
        }
    }

    /// Another process (a command line tool) has committed: listeners of this one cannot know what.
    private func lookForForeignCommits() {
        guard feed.hasListeners, let connection, !connection.isSuspect else { return }
        guard let version = try? connection.use({ try connection.number(of: "PRAGMA data_version") }) else { return }
        if let known = dataVersion, known != version { feed.publishMissed() }
        dataVersion = version
    }
}

/// SQLite has rolled back the whole transaction, not only the statement that failed.
private struct GroupUndone: Error {
    let error: any Error
}
