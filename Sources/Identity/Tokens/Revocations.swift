package import Core
package import Logging
import ServiceLifecycle
package import Storage
import Synchronization

/// Since when, and for how long, tokens of one session, grant or client are refused.
struct Revocation: Sendable, Hashable {
    let revokedAt: Instant
    let expiresAt: Instant
    /// Only what was issued before is refused.
    let isRestored: Bool

    /// - Parameter issuedAt: whole seconds, as tokens tell it; one issued in the second of the revocation counts as
    ///   issued before.
    func refuses(issuedAt: Instant) -> Bool { !isRestored || issuedAt.seconds <= revokedAt.seconds }
}

/// The sessions and grants whose access tokens must be refused before they expire. A token lives ten
/// minutes, so this set is small; the change feed brings an entry to every process at once, and a
/// poll brings it where an announcement was lost.
package final class Revocations: Service {
    private let database: any Database
    private let surroundings: Surroundings
    private let logger: Logger
    private let live = Mutex<[String: Revocation]>([:])

    package init(database: any Database, surroundings: Surroundings, logger: Logger) {
        self.database = database
        self.surroundings = surroundings
        self.logger = logger
    }

    func contains(_ subject: String) -> Bool {
        live.withLock { $0[subject] != nil }
    }

    /// Whether a client's token of this moment is refused: one that was switched off and works again has new tokens and
    /// not its old ones.
    func refuses(_ client: String, issuedAt: Instant) -> Bool {
        live.withLock { $0[client]?.refuses(issuedAt: issuedAt) ?? false }
    }

    /// What this process has just revoked counts here at once, without waiting for the change feed.
    func note(_ subject: String, at now: Instant) {
        let revocation = Revocation(revokedAt: now, expiresAt: now + RevocationStore.life, isRestored: false)
        live.withLock { $0[subject] = revocation }
    }

    package func refresh() async throws {
        let now = surroundings.now()
        let before = live.withLock { $0 }
        let fresh = try await database.read { try RevocationStore.live(at: now, in: $0) }
        // What was noted while the database was read may be missing in what it said.
        live.withLock { live in
            live = fresh.merging(live.filter { before[$0.key] == nil }) { stored, _ in stored }
        }
    }

    package func run() async throws {
        try await Watch.run(database, channel: RevocationStore.channel, every: .seconds(2)) { [self] in
            do {
                try await refresh()
            } catch {
                // Being told to stop is no failure.
                guard !Task.isCancelled else { return }
                logger.warning("Revocations could not be read afresh", metadata: ["error": "\(error)"])
            }
        }
    }
}
