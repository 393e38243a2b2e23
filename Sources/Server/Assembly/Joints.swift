import Booking
import Identity
import Logging
import Web

// Where one room needs another: the other's implementation in the form that it asks for.

/// Booking finds people by identity number through Identity.
struct KnownPersons: PersonDirectory {
    let registry: PeopleRegistry

    func subject(identityNumber: String) async throws -> String? {
        try await registry.subject(identityNumber: identityNumber)
    }
}

/// A sign-out anywhere ends the sessions of our own pages at once.
struct PageSessionListener: RelyingSessionListener {
    let table: PageSessionTable
    let logger: Logger

    func sessionsEnded(sid: [String]) async {
        do {
            try await table.deleteAll(sids: sid)
        } catch {
            logger.error("page sessions were not ended", metadata: ["error": "\(error)"])
        }
    }
}
