import Catalogue
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Web

/// The catalogue's routes on a server without other rooms.
enum CatalogueSite {
    /// A Monday without holiday, 10:00.
    static let monday = ProvinceTime.instant(of: LocalDate(dayNumber: 20_780), minute: 600)

    private struct Secrets: WebSecrets {
        func digest(_ text: String) -> String { "digest" }
        func authenticate(_ text: String, purpose: String) -> String { "code" }
    }

    static func visit<Value: Sendable>(
        at now: Instant = monday, catalogue: Catalogue = Catalogue(DemoCatalogue.snapshot),
        _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let settings = WebSettings(publicURL: "http://localhost:8500")
        let surroundings = Surroundings(clock: FixedClock(now))
        let services = WebServices(surroundings: surroundings, secrets: Secrets())
        let router = WebRouter(settings: settings, services: services, renderer: try PageRenderer.load(settings))
        CatalogueRoutes(catalogue: catalogue, surroundings: surroundings).addRoutes(to: router)
        let application = Application(responder: router.buildResponder())
        return try await application.test(.router) { client in try await body(client) }
    }
}

/// What an answer must be.
struct Scenario: Sendable {
    let uri: String
    var method = HTTPRequest.Method.get
    var status: HTTPResponse.Status = .ok
    var contains: [String] = []
    var lacks: [String] = []

    init(
        _ uri: String, method: HTTPRequest.Method = .get, status: HTTPResponse.Status = .ok, contains: [String] = [],
        lacks: [String] = []
    ) {
        self.uri = uri
        self.method = method
        self.status = status
        self.contains = contains
        self.lacks = lacks
    }
}
