import Core
package import Cryptography
package import Logging
import ServiceLifecycle
package import Storage

/// Chains audit events: each link's hash covers the link before it and the event, so that a changed,
/// removed or inserted event shows. Events are linked shortly after they were written; any number
/// of processes may run this, the position's primary key lets one of them take each place.
package struct AuditChain: Service {
    private static let batch = 200
    /// An event is committed at most this long after its time was taken; transactions are far shorter.
    private static let lateness = Duration.minutes(10)
    private let database: any Database
    private let crypto: any CryptoProvider
    private let logger: Logger

    package init(database: any Database, crypto: any CryptoProvider, logger: Logger) {
        self.database = database
        self.crypto = crypto
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await linkBatch() == Self.batch {}
                } catch {
                    // Being told to stop is no failure.
                    guard !Task.isCancelled else { return }
                    logger.warning("Audit events could not be chained", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// - Returns: how many events were linked; fewer than the batch when nothing is left or another
    ///   process is at it.
    @discardableResult
    package func linkBatch() async throws -> Int {
        let crypto = crypto
        let waiting = try await database.read { statements in
            let head = try AuditStore.head(in: statements)
            return try !AuditStore.unlinked(after: head.at - Self.lateness, limit: 1, in: statements).isEmpty
        }
        guard waiting else { return 0 }
        return try await database.transaction { transaction in
            let head = try AuditStore.head(in: transaction)
            let events = try AuditStore.unlinked(after: head.at - Self.lateness, limit: Self.batch, in: transaction)
            var hash = head.hash
            var linked = 0
            for event in events {
                hash = Self.hash(of: event, after: hash, crypto)
                let position = head.position + Int64(linked) + 1
                guard try AuditStore.link(event.id, at: position, hash: hash, in: transaction) else { return linked }
                linked += 1
            }
            return linked
        }
    }

    package enum Verdict: Sendable, Equatable {
        case intact(links: Int64)
        /// The first position whose event or hash is not what the chain says.
        case broken(position: Int64)
    }

    /// Walks the whole chain; the work behind `yimen audit verify`.
    package func verify() async throws -> Verdict {
        var position: Int64 = 0
        var hash = ""
        while true {
            let from = position
            let links = try await database.read { try AuditStore.chain(after: from, limit: 1000, in: $0) }
            guard !links.isEmpty else { return .intact(links: position) }
            for link in links {
                guard link.position == position + 1, let event = link.event,
                    Self.hash(of: event, after: hash, crypto) == link.hash
                else { return .broken(position: position + 1) }
                position = link.position
                hash = link.hash
            }
        }
    }

    /// Lengths before values: no two different events have one text.
    private static func hash(of event: AuditEvent, after previous: String, _ crypto: any CryptoProvider) -> String {
        let fields = [
            previous, event.id, String(event.at.milliseconds), event.kind, event.actor, event.subject, event.detail,
        ]
        return crypto.digest(fields.map { "\($0.utf8.count):\($0)" }.joined())
    }
}
