/// How the SQLite driver works; the defaults suit one server on one machine.
package struct SQLiteSettings: Sendable {
    /// The database file; its directory must exist and be writable.
    package var path: String
    /// Reads that can run at the same time, each with its own connection and thread.
    package var readers = 4
    /// Transactions that share one commit, at most.
    package var groupSize = 128
    /// A group is committed early when it has run this long, so that nobody waits for a slow one.
    package var groupTime = Duration.milliseconds(25)
    /// Calls that may wait; further ones get `StorageError.busy`.
    package var queueCapacity = 4096
    /// A call that waited longer gets `StorageError.busy`.
    package var maximumWait = Duration.seconds(10)
    /// A closure that runs longer is undone with `StorageError.tooLong`.
    package var timeLimit = Duration.seconds(5)
    /// How long to wait for another process that holds the file locked.
    package var lockTimeout = Duration.seconds(3)
    /// Pages of 4 KiB from which on the write-ahead log is to begin anew. Pages that many groups change are moved back
    /// once for them all, so a longer log is less work and more disk.
    package var logPages = 8000
    /// Ceiling for the size of the file in pages of 4 KiB; 0 means none.
    package var maximumPages = 0

    package init(path: String) {
        self.path = path
    }
}
