import Core
import Foundation

/// `config/seed/people.json`: the demo's people.
struct PeopleSeed: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        let id: String
        let name: String
        let identityNumber: String?
        let phone: String?
        let signInName: String?
        let assurance: AssuranceLevel
        let roles: [Role]?
        let hall: String?
    }

    /// The password of all of them; it is printed on the sign-in page of the demo.
    let password: String
    let people: [Entry]

    func newPeople() -> [NewPerson] {
        people.map { entry in
            NewPerson(
                id: entry.id, name: entry.name, identityNumber: entry.identityNumber, phone: entry.phone,
                signInName: entry.signInName, assurance: entry.assurance, roles: Set(entry.roles ?? []),
                hall: entry.hall, password: Secret(password))
        }
    }
}

/// `config/seed/clients.json`: the demo's relying systems and devices. `{issuer}` in an address stands for
/// the public origin.
struct ClientSeed: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
        let id: String
        let name: String
        let nameEnglish: String?
        let secret: String?
        let redirectURIs: [String]?
        let postLogoutRedirectURIs: [String]?
        let backchannelLogoutURI: String?
        let grants: [String]?
        let scopes: [String]?
        let authMethod: String?
        let idTokenAlgorithm: String?
        let channel: Channel?
        let hall: String?
    }

    let clients: [Entry]

    func registrations(issuer: String) -> [ClientRegistration] {
        clients.map { entry in
            var registration = ClientRegistration(id: entry.id)
            registration.name = entry.name
            registration.profile.nameEnglish = entry.nameEnglish
            registration.secret = entry.secret.map { Secret($0) }
            registration.redirectURIs = entry.redirectURIs?.map { expand($0, issuer) } ?? []
            registration.postLogoutRedirectURIs = entry.postLogoutRedirectURIs?.map { expand($0, issuer) } ?? []
            registration.backchannelLogoutURI = entry.backchannelLogoutURI.map { expand($0, issuer) }
            registration.grants = entry.grants ?? []
            registration.scopes = entry.scopes ?? []
            registration.authMethod = entry.authMethod
            registration.idTokenAlgorithm = entry.idTokenAlgorithm
            registration.channel = entry.channel ?? .web
            registration.hall = entry.hall
            return registration
        }
    }

    private func expand(_ text: String, _ issuer: String) -> String { text.replacing("{issuer}", with: issuer) }
}
