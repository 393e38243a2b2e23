package import Core
import Foundation
import HTTPTypes
package import Hummingbird
package import HummingbirdTesting
package import Web

/// A router of the web kit with doubles at every port.
package struct WebFixture: Sendable {
    package var settings = WebSettings(publicURL: "http://localhost:8080")
    package var services: WebServices
    package let clock: MovableClock
    package let tokens = KnownTokens()
    package let sessions = MemoryPageSessions()

    package init() {
        let clock = MovableClock()
        self.clock = clock
        services = WebServices(surroundings: Surroundings(clock: clock), secrets: PlainSecrets())
        services.accessTokens = tokens
        services.pageSessions = sessions
    }

    /// Loaded once: compiling every template for every test would be most of the test time.
    package static let renderer = Result { try PageRenderer.load(WebSettings(publicURL: "http://localhost:8080")) }

    package func router() throws -> WebRouter {
        WebRouter(settings: settings, services: services, renderer: try Self.renderer.get())
    }

    /// Runs `body` against a router with the given routes.
    ///
    /// - Parameter live: over a real socket, for what the router alone does not show.
    package func run(
        live: Bool = false, routes: (WebRouter) -> Void = { _ in },
        body: @Sendable @escaping (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = try router()
        routes(router)
        let app = Application(responder: router.buildResponder(), services: router.services)
        try await app.test(live ? .live : .router, body)
    }
}

extension TestClientProtocol {
    package func get(_ uri: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .get, headers: headers)
    }

    package func send(
        _ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        try await execute(uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    /// Posts a form with the headers of a browser on our own page.
    package func post(
        _ uri: String, form: ParameterList, _ headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = ParameterList.formType
        headers[.accept] = "text/html"
        return try await send(.post, uri, headers, body: form.encoded)
    }
}

extension TestResponse {
    package var text: String { String(buffer: body) }

    package func json() throws -> JSONValue { try JSONParser.parse(body.readableBytesView) }

    /// The cookies that the answer sets, by name; a removed one is empty.
    package var cookies: [String: String] {
        var result = [String: String]()
        for header in headers[values: .setCookie] {
            let pair = header.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "=") else { continue }
            result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        return result
    }

    /// The value of the CSRF field of the page.
    package var formToken: String? {
        guard let start = text.range(of: "name=\"csrf\" value=\"")?.upperBound else { return nil }
        return text[start...].split(separator: "\"", maxSplits: 1).first.map(String.init)
    }
}

/// What a browser does with cookies, for flows over several pages.
package struct Browser {
    package private(set) var cookies: [String: String] = [:]

    package init() {}

    package var headers: HTTPFields {
        var fields: HTTPFields = [.accept: "text/html"]
        if !cookies.isEmpty {
            fields[.cookie] = cookies.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }.joined(separator: "; ")
        }
        return fields
    }

    package mutating func keep(_ response: TestResponse) {
        for (name, value) in response.cookies { cookies[name] = value.isEmpty ? nil : value }
    }

    package mutating func get(_ uri: String, _ client: some TestClientProtocol) async throws -> TestResponse {
        let response = try await client.get(uri, headers)
        keep(response)
        return response
    }

    package mutating func post(
        _ uri: String, form: ParameterList, _ client: some TestClientProtocol
    ) async throws -> TestResponse {
        let response = try await client.post(uri, form: form, headers)
        keep(response)
        return response
    }
}
