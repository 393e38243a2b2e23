import Core
import ServiceLifecycle
import Storage

/// Moves booking events from the intake into the chains of their halls.
package struct EventChain: Sendable, Service {
    let core: BookingCore
    private static let batch = 200

    package func run() async throws {
        // After a failure the rows wait in the intake for the next round.
        await BackgroundRounds(name: "event chain", pause: .milliseconds(500)).run { try await chain() }
    }

    /// Moves all that waits.
    package func chain() async throws {
        let events = core.events
        while try await core.database.transaction({ try events.chainIntake(limit: EventChain.batch, in: $0) })
            >= EventChain.batch
        {}
    }

    /// Proves a hall's chain.
    /// - Returns: the sequence number of the first row that is not as it was written; `nil` when all are.
    package func firstBreak(in hall: String) async throws -> Int64? {
        let events = core.events
        return try await core.database.read { try events.firstBreak(in: hall, db: $0) }
    }
}
