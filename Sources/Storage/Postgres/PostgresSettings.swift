/// How the PostgreSQL driver works.
package struct PostgresSettings: Sendable {
    /// A libpq URL (`postgres://user@host/name`) or connection string.
    package var url: String
    /// Schema to work in instead of the user's default; tests get one each.
    package var schema: String?
    /// Connections that work at the same time, each with its own thread; opened when first needed.
    package var connections = 24
    /// Calls with the same key that share one database transaction, at most. Above 64 open
    /// savepoints PostgreSQL's snapshots become expensive for everybody.
    package var groupSize = 48
    /// A group is committed early when it has run this long.
    package var groupTime = Duration.milliseconds(50)
    /// Calls that may wait; further ones get `StorageError.busy`.
    package var queueCapacity = 4096
    /// A call that waited longer gets `StorageError.busy`.
    package var maximumWait = Duration.seconds(10)
    /// A closure or statement that runs longer is undone with `StorageError.tooLong`.
    package var timeLimit = Duration.seconds(5)
    /// A row lock not granted within this time is answered with `StorageError.busy`.
    package var lockTimeout = Duration.seconds(3)
    /// Calls wait this long for a server that restarts, before they get `StorageError.unavailable`.
    package var outagePatience = Duration.seconds(2)
    /// Further attempts after a serialisation failure, a deadlock or a lost connection.
    package var retries = 5

    package init(url: String) {
        self.url = url
    }
}
