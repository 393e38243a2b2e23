import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7591 §5: what is approved is what the administrator has read")
struct ApprovalTests {
    /// A registration that waits for approval.
    private struct Waiting {
        let id: String
        let token: String

        init(_ house: House) async throws {
            let answer = try await house.client.send(
                .post, "/oauth2/register", [.contentType: "application/json"], body: DynamicOPTests.metadata())
            #expect(answer.status == .created, "\(answer.text)")
            id = try #require(try answer.json()["client_id"]?.stringValue)
            token = try #require(try answer.json()["registration_access_token"]?.stringValue)
        }

        /// What a system does that was read with one address and wants to be approved with another.
        func moveElsewhere(_ house: House) async throws {
            let answer = try await house.client.send(
                .put, "/oauth2/register/" + id,
                [.authorization: "Bearer " + token, .contentType: "application/json"],
                body: #"{"redirect_uris": ["https://elsewhere.example/callback"]}"#)
            #expect(answer.status == .ok, "\(answer.text)")
        }

        func state(_ house: House) async throws -> ClientRecord.State? {
            try await house.provider.registry.record(id)?.state
        }
    }

    @Test(arguments: Backend.available)
    func `the API approves the version of If-Match and no later one`(backend: Backend) async throws {
        try await House.run(backend, settings: { $0.registrationIsOpen = true }) { house in
            var headers = try await AdminClientTests.machine(house)
            let waiting = try await Waiting(house)
            let path = "/admin/api/clients/" + waiting.id
            let tag = try #require(try await house.client.get(path, headers).headers[.eTag])
            #expect(try await house.client.send(.post, path + "/approve", headers).status.code == 428)
            try await waiting.moveElsewhere(house)
            for stale in [tag, "\"x\"", "\"0\""] {
                headers[.ifMatch] = stale
                let refused = try await house.client.send(.post, path + "/approve", headers)
                #expect(refused.status.code == 412, "\(stale): \(refused.text)")
            }
            #expect(try await waiting.state(house) == .pending)
            headers[.ifMatch] = try await house.client.get(path, headers).headers[.eTag]
            let approved = try await house.client.send(.post, path + "/approve", headers)
            #expect(approved.status == .ok, "\(approved.text)")
            #expect(try approved.json()["state"] == "active")
            // An approval that comes twice is told apart from one that comes too late.
            #expect(try await house.client.send(.post, path + "/approve", headers).status == .conflict)
            let registry = house.provider.registry
            await #expect(throws: ClientChangeRefusal.notFound("nobody")) { try await registry.approve("nobody") }
        }
    }

    @Test func `the page approves what it shows`() async throws {
        try await House.run(settings: { $0.registrationIsOpen = true }) { house in
            _ = try await house.provider.people.add(
                NewPerson(
                    name: "管理甲", signInName: "admin", assurance: .l2, roles: [.administrator],
                    password: Secret(House.password)))
            var browser = Browser()
            let entry = try await browser.followFlow("/auth/sign-in", origin: House.issuer, house.client)
            _ = try await house.signIn(entry, name: "admin", &browser)
            let waiting = try await Waiting(house)
            let path = "/admin/clients/" + waiting.id
            let shown = try await house.client.get(path, browser.headers)
            #expect(shown.status == .ok, "\(shown.text)")

            func approve(_ version: String?, _ browser: inout Browser) async throws -> TestResponse {
                var form = ParameterList(["action": "approve", "csrf": try #require(shown.formToken)])
                if let version { form.append("version", version) }
                return try await browser.post(path, form: form, house.client)
            }
            let seen = try #require(shown.field("version"))
            try await waiting.moveElsewhere(house)
            for stale in [seen, nil] {
                let refused = try await approve(stale, &browser)
                #expect(refused.status == .conflict)
                #expect(refused.text.contains("https://elsewhere.example/callback"), "the page shows what is there now")
                #expect(try await waiting.state(house) == .pending)
            }
            let now = try #require(try await house.client.get(path, browser.headers).field("version"))
            #expect(try await approve(now, &browser).status == .seeOther)
            #expect(try await waiting.state(house) == .active)
        }
    }
}

@Suite("RFC 7592 §2.2: a system changes what is its own")
struct OwnChangeTests {
    private static let sector = "https://sector.example/uris.json"
    private static let body = DynamicOPTests.metadata(
        "\"subject_type\": \"pairwise\", \"sector_identifier_uri\": \"\(sector)\"")

    private func bearer(_ token: String) -> HTTPFields {
        [.authorization: "Bearer " + token, .contentType: "application/json"]
    }

    /// - Parameter changes: how often an administrator changes the client just before the system's own change is written.
    private func update(
        after changes: Int, _ backend: Backend,
        _ check: @Sendable @escaping (House, SelfRegistration, _ id: String, _ token: String) async throws -> Void
    ) async throws {
        try await House.run(backend) { house in
            house.outbound.publish(#"["https://rp.example/callback"]"#, at: Self.sector)
            let made = try await DynamicOPTests.register(house, Self.body).json()
            let id = try #require(made["client_id"]?.stringValue)
            let token = try #require(made["registration_access_token"]?.stringValue)
            let registry = house.provider.registry
            let documents = MeddlingDocuments(changes) { round in
                _ = try await registry.update(id) { $0.accessTokenSeconds = 100 + round }
            }
            let registrations = SelfRegistration(
                registry: registry, sector: CheckSector(documents: documents), isOpen: false)
            try await check(house, registrations, id, token)
        }
    }

    @Test(arguments: Backend.available)
    func `an administrator's change in the same moment stays, and the system's is written over it`(backend: Backend)
        async throws
    {
        try await update(after: 2, backend) { house, registrations, id, token in
            let answer = try await registrations.update(id, try JSONParser.parse(Self.body), token: token)
            #expect(answer.record.client.accessTokenLife == .seconds(102))
            let fresh = answer.registrationToken.reveal()
            #expect(try await house.client.get("/oauth2/register/" + id, bearer(fresh)).status == .ok)
            #expect(try await house.client.get("/oauth2/register/" + id, bearer(token)).status == .unauthorized)
        }
    }

    @Test(arguments: Backend.available)
    func `a change that is not written leaves the system its token`(backend: Backend) async throws {
        try await update(after: 10, backend) { house, registrations, id, token in
            let error = await #expect(throws: RegistrationError.self) {
                _ = try await registrations.update(id, try JSONParser.parse(Self.body), token: token)
            }
            #expect(error?.code == .temporarilyUnavailable)
            #expect(try await house.client.get("/oauth2/register/" + id, bearer(token)).status == .ok)
            let later = try await house.client.send(
                .put, "/oauth2/register/" + id, bearer(token), body: Self.body)
            #expect(later.status == .ok, "\(later.text)")
        }
    }

    @Test func `a grant that an administrator gave may be named and is not lost, and no other is taken`() async throws {
        try await House.run { house in
            let made = try await DynamicOPTests.register(house, DynamicOPTests.metadata()).json()
            let id = try #require(made["client_id"]?.stringValue)
            var token = try #require(made["registration_access_token"]?.stringValue)
            _ = try await house.provider.registry.update(id) { $0.grants.append("client_credentials") }
            func put(_ grants: String) async throws -> TestResponse {
                let answer = try await house.client.send(
                    .put, "/oauth2/register/" + id, bearer(token),
                    body: DynamicOPTests.metadata("\"grant_types\": [\(grants)]"))
                token = (try? answer.json()["registration_access_token"]?.stringValue) ?? token
                return answer
            }
            for grants in [#""authorization_code", "client_credentials""#, #""authorization_code""#] {
                let answer = try await put(grants)
                #expect(answer.status == .ok, "\(answer.text)")
                let told = Set(try answer.json()["grant_types"]?.arrayValue?.compactMap(\.stringValue) ?? [])
                #expect(told == ["authorization_code", "client_credentials"])
            }
            let exchange = Client.GrantType.tokenExchange.rawValue
            #expect(try await put("\"authorization_code\", \"\(exchange)\"").error == "invalid_client_metadata")
            let grants = try await house.provider.registry.record(id)?.client.grants
            #expect(grants == [.authorizationCode, .clientCredentials])
        }
    }

    @Test func `who names no scope may ask for all that strangers may, and is told so`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let plain = try await DynamicOPTests.register(house, DynamicOPTests.metadata())
            #expect(try plain.json()["scope"] == "openid phone profile")
            let party = try DynamicOPTests.Party(plain)
            let attempt = party.attempt.with("scope", "openid profile phone")
            #expect(try await DynamicOPTests.signIn(house, party, attempt)["scope"] == "openid profile phone")
            let lasting = try await DynamicOPTests.register(
                house, DynamicOPTests.metadata(#""grant_types": ["authorization_code", "refresh_token"]"#))
            #expect(try lasting.json()["scope"] == "offline_access openid phone profile")
            let named = try await DynamicOPTests.register(house, DynamicOPTests.metadata(#""scope": "openid""#))
            #expect(try named.json()["scope"] == "openid")
        }
    }
}

/// Gives the sector's document, for some rounds only after somebody has changed the client.
private struct MeddlingDocuments: OutboundDocuments {
    private let rounds = Rounds()
    private let limit: Int
    private let meddle: @Sendable (Int) async throws -> Void

    init(_ limit: Int, _ meddle: @Sendable @escaping (Int) async throws -> Void) {
        self.limit = limit
        self.meddle = meddle
    }

    func document(at uri: String, limit: Int) async throws -> [UInt8] {
        let round = await rounds.next()
        if round <= self.limit { try await meddle(round) }
        return Array(#"["https://rp.example/callback"]"#.utf8)
    }

    private actor Rounds {
        private var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }
}
