import Core
import Cryptography
import Hummingbird
import HummingbirdTesting
import Logging
import Storage
import Synchronization
import TestKit
import Web

@testable import Identity

/// The identity provider over HTTP, with the real web stack and a real database.
struct House: Sendable {
    static let issuer = "http://localhost:8080"
    static let crypto = StandardProvider(keyRing: .temporary())
    /// Cheap parameters: these tests are about what is around the hash.
    static let passwords = PasswordHashing(
        settings: .init(parameters: PasswordParameters(memoryKiB: 64, passes: 1, lanes: 1), threads: 2, queueLimit: 512)
    )
    static let password = "correct horse battery"
    /// An RSA key takes longer to make than most tests to run.
    private static let rsa = Result { try SigningKey.generate(.rs256) }

    let database: any Database
    let provider: IdentityProvider
    let clock: MovableClock
    let surroundings: Surroundings
    let outbound: RecordingForms
    let listener: RecordingListener
    let client: any TestClientProtocol

    static func run(
        _ backend: Backend = .sqlite, settings change: (inout IdentitySettings) -> Void = { _ in },
        passwords: PasswordHashing = House.passwords,
        body: @Sendable @escaping (House) async throws -> Void
    ) async throws {
        var settings = IdentitySettings(issuer: issuer, demo: true)
        change(&settings)
        let own = settings
        try await withDatabase(backend, IdentityMigrations.all) { database in
            try await serve(database, clock: MovableClock(), settings: own, passwords: passwords, body: body)
        }
    }

    /// Two processes with one clock and one database, each with connections and memory of its own.
    static func runTwo(_ backend: Backend, body: @Sendable @escaping (House, House) async throws -> Void) async throws {
        let settings = IdentitySettings(issuer: issuer, demo: true)
        let clock = MovableClock()
        try await withDatabases(backend, IdentityMigrations.all) { one, other in
            try await serve(one, clock: clock, settings: settings, passwords: passwords) { first in
                try await serve(other, clock: clock, settings: settings, passwords: passwords) { second in
                    try await body(first, second)
                }
            }
        }
    }

    private static func serve(
        _ database: any Database, clock: MovableClock, settings own: IdentitySettings, passwords: PasswordHashing,
        body: @Sendable @escaping (House) async throws -> Void
    ) async throws {
        let surroundings = Surroundings(clock: clock)
        let outbound = RecordingForms()
        let listener = RecordingListener()
        let provider = IdentityProvider(
            database: database, crypto: crypto, passwords: passwords, settings: own, surroundings: surroundings,
            outbound: outbound, listener: listener, logger: Logger(label: "test.identity"))
        try await addRSAKey(database, at: clock.now())
        try await provider.prepare()
        var fixture = WebFixture()
        fixture.services.surroundings = surroundings
        fixture.services.secrets = HouseSecrets()
        fixture.services.accessTokens = provider.accessTokens
        fixture.services.tokenGrants = provider.tokens
        fixture.services.idTokens = provider.idTokens
        let routes: (WebRouter) -> Void = { router in
            IdentityRoutes(provider).addRoutes(to: router)
            // An API endpoint like any other, for what tokens are good for.
            router.api.get("/api/v1/probe") { _, context in
                Response.text(try context.require(scope: Scope.booking).subject)
            }
        }
        try await fixture.run(routes: routes) { client in
            try await body(
                House(
                    database: database, provider: provider, clock: clock, surroundings: surroundings,
                    outbound: outbound, listener: listener, client: client))
        }
    }

    private static func addRSAKey(_ database: any Database, at now: Instant) async throws {
        let key = try rsa.get()
        let sealed = try crypto.seal(key.pem.reveal(), context: SigningKeys.context(key.id))
        let record = SigningKeyStore.Record(
            kid: key.id, algorithm: "RS256", sealedPrivate: sealed, state: .active, createdAt: now, activatedAt: now)
        _ = try await database.transaction { try SigningKeyStore.add(record, in: $0) }
    }

    // MARK: People and clients

    @discardableResult
    func addCitizen(phone: String = "19900000001", assurance: AssuranceLevel = .l2) async throws -> String {
        try await provider.people.add(
            NewPerson(name: "测试甲", phone: phone, assurance: assurance, password: Secret(House.password)))
    }

    @discardableResult
    func addStaff(_ name: String = "officer.jinan", roles: Set<Role> = [.officer]) async throws -> String {
        try await provider.people.add(
            NewPerson(
                name: "窗口甲", signInName: name, assurance: .l2, roles: roles, hall: "jinan",
                password: Secret(House.password)))
    }

    static let secret = "a-secret-of-thirty-two-characters"

    @discardableResult
    func addClient(
        _ id: String = "department", secret: String? = House.secret,
        change: (inout ClientRegistration) -> Void = { _ in }
    ) async throws -> Client {
        var registration = ClientRegistration(id: id)
        registration.secret = secret.map { Secret($0) }
        registration.redirectURIs = ["https://\(id).example/callback"]
        registration.postLogoutRedirectURIs = ["https://\(id).example/bye"]
        registration.scopes = ["openid", "profile", "phone", "booking"]
        change(&registration)
        return try await provider.registry.add(registration)
    }

    func addDevice(_ id: String = "kiosk", hall: String = "jinan") async throws {
        _ = try await provider.registry.enrolDevice(id: id, name: nil, hall: hall, secret: Secret(House.secret))
    }
}

/// Notes what would be posted to systems outside.
final class RecordingForms: OutboundForms, OutboundDocuments, OutboundNotices {
    struct NoDocument: Error {}

    private let documents = Mutex<[String: [UInt8]]>([:])
    private let asked = Mutex<[String]>([])
    private let posted = Mutex<[(uri: String, form: ParameterList)]>([])
    private let answer = Mutex(200)

    var all: [(uri: String, form: ParameterList)] { posted.withLock { $0 } }

    /// What was read, in order.
    var reads: [String] { asked.withLock { $0 } }

    /// - Parameter text: `nil` takes the document away.
    func publish(_ text: String?, at uri: String) { publish(bytes: text.map { Array($0.utf8) }, at: uri) }

    func publish(bytes: [UInt8]?, at uri: String) { documents.withLock { $0[uri] = bytes } }

    func document(at uri: String, limit: Int) async throws -> [UInt8] {
        asked.withLock { $0.append(uri) }
        guard let bytes = documents.withLock({ $0[uri] }), bytes.count <= limit else { throw NoDocument() }
        return bytes
    }

    struct Notice: Sendable {
        let body: JSONValue
        let bearer: String
        let uri: String
    }

    private let noted = Mutex<[Notice]>([])

    var notices: [Notice] { noted.withLock { $0 } }

    func post(_ body: JSONValue, bearer: Secret<String>, to uri: String) async throws -> Int {
        noted.withLock { $0.append(Notice(body: body, bearer: bearer.reveal(), uri: uri)) }
        return answer.withLock { $0 }
    }

    func answerWith(_ status: Int) { answer.withLock { $0 = status } }

    func post(_ form: ParameterList, to uri: String) async throws -> Int {
        posted.withLock { $0.append((uri, form)) }
        return answer.withLock { $0 }
    }
}

final class RecordingListener: RelyingSessionListener {
    private let ended = Mutex<[String]>([])

    var sids: [String] { ended.withLock { $0 } }

    func sessionsEnded(sid: [String]) async {
        ended.withLock { $0 += sid }
    }
}

/// The web kit's two functions by the real provider: PKCE between our own pages and the provider needs them.
struct HouseSecrets: WebSecrets {
    func digest(_ text: String) -> String { House.crypto.digest(text) }
    func authenticate(_ text: String, purpose: String) -> String { House.crypto.blindIndex(text, domain: purpose) }
}
