import Core
package import Logging
import ServiceLifecycle
package import Storage
import Synchronization

/// All clients in memory: the token endpoint looks one up on every request.
///
/// Kept fresh by the change feed between processes on PostgreSQL and by a version number that is
/// polled, since `yimen client add` is another process and SQLite announces nothing across
/// processes. A client not found is looked for in the database before it counts as unknown.
package final class ClientDirectory: Service {
    private struct Snapshot {
        var version: Int64 = -1
        var clients: [String: Client] = [:]
    }

    private let database: any Database
    private let logger: Logger
    private let snapshot = Mutex(Snapshot())

    package init(database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// - Returns: `nil` for a client that is not registered.
    package func find(_ id: String) async throws -> Client? {
        let (known, version) = snapshot.withLock { ($0.clients[id], $0.version) }
        if let known { return known }
        guard id.utf8.count <= ClientRegistry.maximumIDLength else { return nil }
        guard let client = try await database.read({ try ClientStore.find(id, in: $0) }) else { return nil }
        // A refresh in between may have seen the client go: what it read counts.
        snapshot.withLock { if $0.version == version { $0.clients[id] = client } }
        return client
    }

    /// Reads everything anew when something has changed; at start-up, always.
    package func refresh() async throws {
        let known = snapshot.withLock { $0.version }
        let fresh = try await database.read { statements -> Snapshot? in
            let version = try ClientStore.version(in: statements)
            guard version != known else { return nil }
            let clients = try ClientStore.all(in: statements)
            return Snapshot(version: version, clients: Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0) }))
        }
        guard let fresh else { return }
        snapshot.withLock { if fresh.version > $0.version { $0 = fresh } }
    }

    package func run() async throws {
        try await Watch.run(database, channel: ClientStore.channel, every: .milliseconds(500)) { [self] in
            do {
                try await refresh()
            } catch {
                // Being told to stop is no failure.
                guard !Task.isCancelled else { return }
                logger.warning("Clients could not be read afresh", metadata: ["error": "\(error)"])
            }
        }
    }
}
