import Foundation
import Logging

/// One thread with one connection: takes the next group and runs it as one database transaction.
final class PostgresWorker {
    private let settings: PostgresSettings
    private let queue: CallQueue
    private let outage: PostgresOutage
    private let metrics: StorageMetrics
    private let logger: Logger
    private let announce: ([Notice]) -> Void
    private var connection: PostgresConnection?

    /// - Parameter announce: takes what committed transactions announced.
    init(
        _ settings: PostgresSettings, _ queue: CallQueue, _ outage: PostgresOutage,
        _ metrics: StorageMetrics, _ logger: Logger, announce: @escaping ([Notice]) -> Void
    ) {
        self.settings = settings
        self.announce = announce
        self.queue = queue
        self.metrics = metrics
        self.outage = outage
        self.logger = logger
    }

    /// Works until the queue is closed and empty.
    func run() {
        while true {
            switch queue.take(atMost: settings.groupSize) {
            case .group(let group):
                serve(group.calls.sorted { $0.row < $1.row })
                queue.finish(group)
            case .idle: continue
            case .closed:
                connection = nil
                return
            }
        }
    }

    /// Answers all of the calls, repeating what the server undid for the sake of others.
    private func serve(_ calls: [any PendingCall]) {
        var rest = calls[...]
        var tries = 0
        /// How often the calls up to `end` have been refused as a group: then each writes its own rows,
        /// and at last each goes alone.
        var refusals = 0
        var end = rest.endIndex
        while !rest.isEmpty {
            if rest.startIndex >= end { (refusals, end) = (0, rest.endIndex) }
            do {
                // After a second conflict each goes alone, so that one cannot hinder the others.
                let group = tries > 1 || refusals > 1 ? rest.prefix(1) : rest.prefix(upTo: end)
                rest = rest.dropFirst(
                    try PostgresGroup(settings, try openConnection(), metrics, announce).run(
                        group, writeRowsAlone: refusals > 0))
                tries = 0
            } catch let refused as GroupRefused {
                refusals += 1
                end = rest.startIndex + refused.count
            } catch let repeatable as Repeatable where tries < settings.retries {
                tries += 1
                metrics.countRetry()
                recover(from: repeatable.failure, tries)
            } catch {
                let error = (error as? Repeatable)?.failure.translated ?? error
                for call in rest { call.fail(error) }
                return
            }
        }
    }

    private func recover(from failure: PostgresFailure, _ tries: Int) {
        if failure.isConflict {
            Thread.sleep(forTimeInterval: Double.random(in: 0.001...0.005 * Double(1 << tries)))
        } else if failure.isStalePlan {
            do { try connection?.reset() } catch { connection = nil }
        }
    }

    private func openConnection() throws -> PostgresConnection {
        if let connection, !connection.isBroken {
            if connection.needsReset { try? connection.reset() }
            if !connection.isBroken { return connection }
        }
        connection = nil
        while true {
            try outage.waitForTurn()
            do {
                let fresh = try PostgresConnection(settings)
                if outage.succeeded() { logger.notice("database can be reached again") }
                connection = fresh
                return fresh
            } catch {
                if outage.failed(error) { logger.error("database cannot be reached", metadata: ["reason": "\(error)"]) }
            }
        }
    }
}

/// The server or the connection undid the transaction before its commit; running it again is safe.
struct Repeatable: Error {
    let failure: PostgresFailure
}
