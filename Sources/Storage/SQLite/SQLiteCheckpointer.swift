import Foundation
import GRDBSQLite
import Logging

/// The thread that moves the write-ahead log back into the file while the writer goes on.
///
/// Left to the writer, every client would wait while thousands of pages are written and flushed.
final class SQLiteCheckpointer {
    private let settings: SQLiteSettings
    private let log: WriteAheadLog
    private let logger: Logger
    private var connection: SQLiteConnection?
    private var isFailing = false

    init(_ settings: SQLiteSettings, _ log: WriteAheadLog, _ logger: Logger) {
        self.settings = settings
        self.log = log
        self.logger = logger
    }

    /// Works until the log is closed.
    func run() {
        while log.waitForWork() {
            work()
            log.rest()
        }
        connection?.close()
    }

    private func work() {
        do {
            let connection = try openConnection()
            while try log.move({ before in try connection.use { try move(on: connection, before) } }) {}
            isFailing = false
        } catch {
            connection?.close()
            connection = nil
            // The log keeps what could not be moved; the writer says so when it has no place for more.
            if !isFailing { logger.warning("write-ahead log cannot be moved back", metadata: ["reason": "\(error)"]) }
            isFailing = true
            Thread.sleep(forTimeInterval: 1)
        }
    }

    private func move(on connection: SQLiteConnection, _ before: Int) throws -> Int? {
        let moved = try connection.checkpoint(.passive)
        if let moved, moved != before, let fault = connection.flush() {
            // They count as moved and are not on the disk, and the next flush would not say so again. Whoever opens the
            // file afresh applies the whole log.
            logger.critical("the database file cannot be flushed", metadata: ["reason": "\(fault)"])
            // The line above is written by another thread.
            Thread.sleep(forTimeInterval: 0.5)
            preconditionFailure("the database file cannot be flushed: \(fault)")
        }
        return moved
    }

    private func openConnection() throws -> SQLiteConnection {
        if let connection { return connection }
        let fresh = try SQLiteConnection(.checkpointer, settings)
        connection = fresh
        return fresh
    }
}

enum CheckpointMode {
    /// Moves what it can without keeping anybody from reading or writing.
    case passive
    /// Moves everything, and the next write begins the log anew; waits for reads that still need its pages.
    case restart

    var code: Int32 { self == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART }
}
