import HTTPTypes
import HummingbirdTesting
import TestKit

@testable import Identity

extension TestResponse {
    /// Whether this is an error in the form of RFC 6749 §5.2: JSON that nobody keeps, and a challenge where the
    /// credentials were not good, which is 401.
    func isRefusal(_ code: String) -> Bool {
        let hasFailed = code == "invalid_client"
        return status == (hasFailed ? .unauthorized : .badRequest) && error == code
            && headers[.cacheControl] == "no-store"
            && headers[.contentType]?.hasPrefix("application/json") == true
            && (headers[.wwwAuthenticate] != nil) == hasFailed
    }
}

extension House {
    /// What an operator does to somebody who may not act any more.
    func lock(_ who: String) async throws {
        let people = PeopleAdministration(
            database: database, crypto: House.crypto, passwords: House.passwords, clients: provider.clients,
            listener: listener, demo: false, surroundings: surroundings)
        try await people.lock(who)
        try await provider.revocations.refresh()
    }
}
