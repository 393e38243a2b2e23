import Core

/// Runs waiting calls in one database transaction, each undone alone, and answers them.
struct PostgresGroup {
    private let settings: PostgresSettings
    private let connection: PostgresConnection
    private let metrics: StorageMetrics
    private let announce: ([Notice]) -> Void

    init(
        _ settings: PostgresSettings, _ connection: PostgresConnection, _ metrics: StorageMetrics,
        _ announce: @escaping ([Notice]) -> Void
    ) {
        self.settings = settings
        self.metrics = metrics
        self.announce = announce
        self.connection = connection
    }

    /// - Parameter writeRowsAlone: each call writes its own rows of `insertAtEnd`, because one of them was refused.
    /// - Returns: how many calls have been answered, at least one.
    /// - Throws: `Repeatable` or `GroupRefused`; then none has been answered and nothing was kept.
    func run(_ calls: ArraySlice<any PendingCall>, writeRowsAlone: Bool) throws -> Int {
        guard let first = calls.first else { return 0 }
        let start = metrics.begin()
        defer { metrics.record(first.kind == .read ? metrics.read : metrics.transaction, since: start) }
        if first.kind == .read { return try read(first) }
        if calls.count == 1 { return try alone(first) }
        return try together(calls, writeRowsAlone: writeRowsAlone)
    }

    private func begin(_ kind: CallKind) {
        connection.sendAhead("BEGIN ISOLATION LEVEL READ COMMITTED")
        guard kind == .schemaChange else { return }
        // Migrating processes take turns; the second finds nothing left to do.
        connection.sendAhead("SET LOCAL lock_timeout = 60000")
        connection.sendAhead("SET LOCAL statement_timeout = 0")
        connection.sendAhead("SELECT pg_advisory_xact_lock(7305806107)")
    }

    private func session(_ kind: CallKind, after earlier: GroupRows? = nil, writesRowsAlone: Bool = false)
        -> PostgresSession
    {
        PostgresSession(
            connection, TimeLimit(settings.timeLimit, for: kind), kind, after: earlier,
            writesRowsAlone: writesRowsAlone)
    }

    /// The caller is answered before the snapshot is given back: nothing can go wrong any more.
    private func read(_ call: any PendingCall) throws -> Int {
        connection.sendAhead("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        let session = session(.read)
        try? call.attempt(session)
        do {
            try stopIfRepeatable(session)
        } catch {
            connection.rollBack()
            throw error
        }
        call.answer()
        connection.rollBack()
        return 1
    }

    private func alone(_ call: any PendingCall) throws -> Int {
        begin(call.kind)
        let session = session(call.kind)
        do {
            try call.attempt(session)
        } catch {
            defer { connection.rollBack() }
            try stopIfRepeatable(session)
            metrics.countRollback()
            call.answer()
            return 1
        }
        let rows = GroupRows()
        rows.callEnded(leaving: session.waitingRows)
        try commit([call], session.notices, rows)
        return 1
    }

    private func together(_ calls: ArraySlice<any PendingCall>, writeRowsAlone: Bool) throws -> Int {
        begin(.transaction)
        var notices = [Notice]()
        let rows = GroupRows()
        var done = 0
        let earlyEnd = TimeLimit(settings.groupTime, for: .transaction)
        for call in calls {
            done += 1
            let session = session(call.kind, after: rows, writesRowsAlone: writeRowsAlone)
            connection.sendAhead("SAVEPOINT one")
            do {
                try call.attempt(session)
                notices += session.notices
                rows.callEnded(leaving: session.waitingRows)
            } catch {
                do {
                    try stopIfRepeatable(session)
                } catch {
                    connection.rollBack()
                    throw error
                }
                if rows.refusal != nil {
                    connection.rollBack()
                    throw GroupRefused(count: done)
                }
                rows.callEnded(leaving: nil)
                metrics.countRollback()
                if session.hasWritten || session.failure != nil { connection.sendAhead("ROLLBACK TO one") }
            }
            connection.sendAhead("RELEASE one")
            // The row that these calls want is locked elsewhere: the next one would wait as long.
            if earlyEnd.isOver || session.failure?.isLockTimeout == true { break }
        }
        try commit(calls.prefix(done), notices, rows)
        return done
    }

    private func commit(_ calls: ArraySlice<any PendingCall>, _ notices: [Notice], _ rows: GroupRows) throws {
        do {
            try rows.writeRest { try connection.sendAhead($0, $1, cached: true) }
            if connection.hasBegun || !rows.isEmpty {
                let start = metrics.begin()
                try connection.commit()
                metrics.record(metrics.commit, since: start)
                metrics.count(groupOf: calls.count)
            } else {
                connection.rollBack()
            }
            announce(notices)
            for call in calls { call.answer() }
        } catch let failure as PostgresFailure {
            try commitFailed(calls, failure)
        } catch {
            // A value that cannot be sent at all.
            connection.rollBack()
            if calls.count > 1 { throw GroupRefused(count: calls.count) }
            for call in calls { call.fail(error) }
        }
    }

    private func commitFailed(_ calls: ArraySlice<any PendingCall>, _ failure: PostgresFailure) throws {
        if failure.isLoss {
            // It may or may not have been kept: running it again could do it twice.
            let error = StorageError.unavailable("connection lost during commit; its outcome is unknown")
            for call in calls { call.fail(error) }
        } else if failure.isConflict || failure.isStalePlan {
            throw Repeatable(failure: failure)
        } else if calls.count > 1, case .constraint = failure.translated {
            throw GroupRefused(count: calls.count)
        } else {
            for call in calls { call.fail(failure.translated) }
        }
    }

    private func stopIfRepeatable(_ session: PostgresSession) throws {
        guard let failure = session.failure, failure.isLoss || failure.isConflict || failure.isStalePlan else { return }
        throw Repeatable(failure: failure)
    }
}

/// A constraint refused what several calls left for their end: run apart, each learns whether it is meant.
struct GroupRefused: Error {
    /// The calls concerned, the first of the group.
    let count: Int
}
