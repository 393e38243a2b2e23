import Core
import Storage
import TestKit
import Testing

@testable import Identity

@Suite("Client registration")
struct ClientRegistryTests {
    private let validate = ValidateRegistration(crypto: House.crypto)

    private func registration(_ change: (inout ClientRegistration) -> Void) -> ClientRegistration {
        var registration = ClientRegistration(id: "department")
        registration.secret = Secret(House.secret)
        registration.redirectURIs = ["https://department.example/callback"]
        change(&registration)
        return registration
    }

    @Test func `a plain registration gets the safe defaults`() throws {
        let client = try validate(registration { _ in })
        #expect(client.authMethod == .basic)
        #expect(client.grants == [.authorizationCode, .refreshToken])
        #expect(client.scopes == ["openid", "profile"])
        #expect(client.idTokenAlgorithm == .es256)
        #expect(client.secretHash != House.secret)
        #expect(try validate(registration { $0.secret = nil }).requiresPKCE)
    }

    static let faults: [(String, @Sendable (inout ClientRegistration) -> Void)] = [
        ("--id", { $0.id = "" }),
        ("--id", { $0.id = "a b" }),
        ("--id", { $0.id = String(repeating: "a", count: 129) }),
        ("--secret", { $0.secret = Secret("short") }),
        ("--secret", { $0.secret = Secret("with a space in the middle of it") }),
        ("--auth-method", { $0.authMethod = "tls_client_auth" }),
        ("--auth-method", { $0.authMethod = "none" }),
        (
            "--auth-method",
            {
                $0.authMethod = "client_secret_post"
                $0.secret = nil
            }
        ),
        ("--grant", { $0.grants = ["password"] }),
        ("--grant", { $0.grants = ["implicit"] }),
        (
            "--grant",
            {
                $0.grants = ["refresh_token"]
                $0.redirectURIs = []
            }
        ),
        (
            "--grant",
            {
                $0.grants = ["client_credentials"]
                $0.secret = nil
            }
        ),
        ("--scope", { $0.scopes = ["everything"] }),
        ("--redirect-uri", { $0.redirectURIs = [] }),
        ("--redirect-uri", { $0.redirectURIs = ["http://department.example/callback"] }),
        ("--post-logout-redirect-uri", { $0.postLogoutRedirectURIs = ["https://department.example/#x"] }),
        ("--backchannel-logout-uri", { $0.backchannelLogoutURI = "gov.sd.app:/out" }),
        ("--protocol", { $0.protocolName = "saml" }),
        ("access token", { $0.accessTokenSeconds = 3600 }),
        ("hall", { $0.scopes = ["hall.kiosk"] }),
    ]

    @Test(arguments: faults.indices)
    func `what is wrong is named with its flag`(index: Int) {
        let (name, change) = Self.faults[index]
        let error = #expect(throws: ClientRegistrationFault.self) { try validate(registration(change)) }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test func `everything that is wrong is said at once`() {
        let error = #expect(throws: ClientRegistrationFault.self) {
            try validate(
                registration {
                    $0.id = ""
                    $0.scopes = ["everything"]
                    $0.redirectURIs = ["x"]
                })
        }
        #expect(error?.faults.count == 3)
    }

    @Test(arguments: Backend.available)
    func `a client is added once, listed as written, and gone after removal`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let client = try await house.addClient {
                $0.name = "不动产登记网"
                $0.backchannelLogoutURI = "https://department.example/out"
                $0.idTokenAlgorithm = "RS256"
                $0.channel = .mobile
                $0.accessTokenSeconds = 60
            }
            await #expect(throws: ClientRegistrationFault.self) { try await house.addClient() }
            #expect(try await house.provider.registry.list().contains(client))
            #expect(try await house.provider.clients.find("department") == client)
            #expect(try await house.provider.registry.remove("department"))
            #expect(try await house.provider.registry.remove("department") == false)
            try await house.provider.clients.refresh()
            #expect(try await house.provider.clients.find("department") == nil)
        }
    }

    @Test func `a change made by another process is seen by version`() async throws {
        try await House.run { house in
            let client = try await house.addClient()
            try await house.provider.clients.refresh()
            var changed = client
            changed.name = "renamed"
            let now = house.clock.now()
            let renamed = changed
            try await house.database.transaction { try ClientStore.put(renamed, at: now, in: $0) }
            try await house.provider.clients.refresh()
            #expect(try await house.provider.clients.find("department")?.name == "renamed")
        }
    }

    @Test func `own pages are registered at start and follow the issuer`() async throws {
        try await House.run { house in
            let client = try #require(try await house.provider.clients.find(Client.ownPagesID))
            #expect(client.isPublic && client.redirectURIs == [House.issuer + "/auth/callback"])
            try await house.provider.registry.ensure([.ownPages(issuer: "https://new.example")])
            try await house.provider.clients.refresh()
            #expect(
                try await house.provider.clients.find(Client.ownPagesID)?.redirectURIs
                    == ["https://new.example/auth/callback"])
        }
    }
}
