import Catalogue
import Core
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import TestKit
import Web

@testable import Booking

/// The demo's own halls and items, a database, and the pages on top, with browsers that are signed in already.
struct PagesWorld: Sendable {
    let database: any Database
    let booking: Booking
    let surroundings: Surroundings
    private let sessions: MemoryPageSessions
    private let tokens = KnownTokens()

    static let hall = "jinan-24h"
    static let item = "estate-transfer-existing"

    static let citizen = Principal(
        subject: "person-1", clientID: "yimen-portal", scopes: [Scope.booking], assurance: .l2, channel: .web,
        sessionID: "s1", displayName: "测*")
    static let stranger = Principal(
        subject: "person-2", clientID: "yimen-portal", scopes: [Scope.booking], assurance: .l2, channel: .web,
        sessionID: "s2", displayName: "试*")
    static let machine = Principal(
        subject: "client:kiosk", clientID: "kiosk", scopes: [Scope.kiosk], hall: hall, channel: .hall)
    static let officer = Principal(
        subject: "officer-1", clientID: "yimen-portal", scopes: [Scope.booking, Scope.window], roles: [.officer],
        assurance: .l3, hall: "jinan", channel: .web, sessionID: "s3", displayName: "窗*")

    static let manager = Principal(
        subject: "manager-1", clientID: "yimen-portal", scopes: [Scope.booking, Scope.window], roles: [.manager],
        assurance: .l3, hall: "jinan", channel: .web, sessionID: "s4", displayName: "主*")

    private static var seed: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../config/seed").standardized.path()
    }

    /// - Parameter clock: the system's by default, because the seeded hall is open round the clock.
    init(_ database: any Database, surroundings: Surroundings = Surroundings()) async throws {
        self.database = database
        self.surroundings = surroundings
        try await CatalogueSeeder(database: database, surroundings: surroundings).seed(directory: PagesWorld.seed)
        let catalogue = try await Catalogue(loading: database)
        var settings = BookingSettings()
        settings.horizonDays = 2
        try await BookingSeeder(database: database, surroundings: surroundings, settings: settings)
            .seed(directory: PagesWorld.seed, catalogue: catalogue.current)
        let keyRing = KeyRing.temporary()
        booking = Booking(
            database: database, catalogue: catalogue, crypto: StandardProvider(keyRing: keyRing),
            tickets: try HallTicketCodec(keyRing: keyRing), persons: NobodyKnown(), settings: settings,
            surroundings: surroundings)
        sessions = MemoryPageSessions()
    }

    func router() throws -> WebRouter {
        var services = WebServices(surroundings: surroundings, secrets: PlainSecrets())
        services.pageSessions = sessions
        services.accessTokens = tokens
        var web = WebSettings(publicURL: "http://localhost:8401")
        web.demo = true
        let router = WebRouter(settings: web, services: services, renderer: try WebFixture.renderer.get())
        BookingPages(booking: booking, surroundings: surroundings, demo: true).addRoutes(to: router)
        return router
    }

    /// The cookie of a browser in which this principal is signed in.
    func signIn(_ principal: Principal) async throws -> String {
        let handle = principal.subject.filter(\.isASCII).padding(toLength: 43, withPad: "x", startingAt: 0)
        let token = "token of " + principal.subject
        tokens.add(token, principal)
        let far = surroundings.now() + .days(1)
        let now = surroundings.now().milliseconds
        let person = JSONValue.object([
            "subject": .string(principal.subject), "clientID": .string(principal.clientID),
            "scopes": .array(principal.scopes.map(JSONValue.string)),
            "roles": .array(principal.roles.map { .string($0.rawValue) }),
            "assurance": .string(principal.assurance.rawValue), "hall": principal.hall.map(JSONValue.string),
            "channel": .string(principal.channel.rawValue), "sessionID": principal.sessionID.map(JSONValue.string),
            "displayName": principal.displayName.map(JSONValue.string),
        ])
        let payload = JSONValue.object([
            "principal": person, "accessToken": .string(token), "accessExpiresAt": .integer(far.milliseconds),
            "signedInAt": .integer(now), "seenAt": .integer(now), "endsAt": .integer(far.milliseconds),
        ])
        try await sessions.create(
            PageSessionRecord(
                key: PlainSecrets().digest(handle), sid: principal.sessionID, subject: principal.subject,
                expiresAt: far, payload: Secret(String(decoding: payload.encoded(), as: UTF8.self))))
        return "yimen-page=" + handle
    }
}

struct NobodyKnown: PersonDirectory {
    func subject(identityNumber: String) async throws -> String? { nil }
}

/// Runs `body` with the demo's pages over a fresh database.
func withPages(
    _ backend: Backend, surroundings: Surroundings = Surroundings(),
    body: @Sendable @escaping (PagesWorld, any TestClientProtocol) async throws -> Void
) async throws {
    try await withDatabase(backend, CatalogueMigrations.all, BookingMigrations.all) { database in
        let world = try await PagesWorld(database, surroundings: surroundings)
        let app = Application(responder: try world.router().buildResponder())
        try await app.test(.router) { client in try await body(world, client) }
    }
}

/// One browser: keeps cookies, finds the form of a page, posts it as it stands there.
struct Visitor: Sendable {
    let client: any TestClientProtocol
    private var cookies: [String: String] = [:]
    private(set) var page = ""
    private(set) var status = 0
    private(set) var location: String?

    init(_ client: any TestClientProtocol, cookie: String? = nil) {
        self.client = client
        if let pair = cookie?.split(separator: "=", maxSplits: 1) { cookies[String(pair[0])] = String(pair[1]) }
    }

    /// - Parameter site: what a browser says about where the link stood (Fetch Metadata §2.4); `nil` says nothing.
    mutating func open(_ path: String, from site: String? = nil) async throws {
        var response = try await send(.get, path, nil, from: site)
        for _ in 0..<5 where response.status == .seeOther {
            guard let next = response.headers[.location], !next.hasPrefix("/auth/") else { return }
            response = try await send(.get, next, nil, from: site)
        }
    }

    /// Posts the first form whose action ends so, with its hidden fields and the given ones.
    mutating func post(_ action: String, _ fields: [String: String] = [:], follow: Bool = true) async throws {
        guard
            let form = page.components(separatedBy: "<form ").first(where: {
                $0.contains("\(action)\"") && $0.contains("method=\"post\"")
            })?.components(separatedBy: "</form>").first,
            let target = Visitor.attribute("action", in: form)
        else { throw Missing(what: action, page: page) }
        var body = ParameterList()
        for input in form.components(separatedBy: "<input type=\"hidden\" ").dropFirst() {
            guard let name = Visitor.attribute("name", in: input), fields[name] == nil else { continue }
            body.append(name, Visitor.attribute("value", in: input) ?? "")
        }
        for (name, value) in fields { body.append(name, value) }
        let response = try await send(.post, target, body.encoded)
        if follow, response.status == .seeOther, let next = response.headers[.location], !next.hasPrefix("/auth/") {
            try await open(next)
        }
    }

    /// The first text between two marks.
    func text(after start: String, before end: String) -> String? {
        guard let range = page.range(of: start) else { return nil }
        return page[range.upperBound...].components(separatedBy: end).first
    }

    private static func attribute(_ name: String, in text: String) -> String? {
        guard let range = text.range(of: "\(name)=\"") else { return nil }
        return text[range.upperBound...].components(separatedBy: "\"").first?
            .replacing("&amp;", with: "&")
    }

    private mutating func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, from site: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.accept: "text/html"]
        if let site { headers[HTTPField.Name("sec-fetch-site")!] = site }
        headers[.cookie] = cookies.map { "\($0)=\($1)" }.joined(separator: "; ")
        if body != nil { headers[.contentType] = ParameterList.formType }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        for (name, value) in response.cookies { cookies[name] = value.isEmpty ? nil : value }
        status = response.status.code
        location = response.headers[.location]
        page = response.text
        return response
    }

    struct Missing: Error {
        let what: String
        let page: String
    }
}
