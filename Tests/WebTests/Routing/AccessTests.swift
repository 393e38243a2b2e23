import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite("RFC 6750: bearer tokens and challenges")
struct BearerTests {
    private func run(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
        let fixture = WebFixture()
        fixture.tokens.add("good", Principal(subject: "s", clientID: "c", scopes: ["booking"], roles: [.officer]))
        try await fixture.run { router in
            router.api.get("/api/v1/mine") { _, context in
                Response.text(try context.require(scope: "booking").subject)
            }
            router.api.get("/api/v1/kiosk") { _, context in
                Response.text(try context.require(scope: "hall.kiosk").subject)
            }
            router.api.get("/api/v1/admin") { _, context in
                Response.text(try context.require(anyOf: [.administrator]).subject)
            }
            router.api.get("/api/v1/open") { _, _ in Response.text("open") }
        } body: { client in
            try await body(client)
        }
    }

    /// A bare request is told of both schemes.
    private static let both =
        "Bearer realm=\"yimen\", scope=\"booking\", "
        + "DPoP realm=\"yimen\", scope=\"booking\", algs=\"ES256 PS256 EdDSA\""

    @Test(
        arguments: [
            ("/api/v1/mine", nil, 401, Self.both),
            ("/api/v1/mine", "Bearer good", 200, nil), ("/api/v1/mine", "bearer good", 200, nil),
            (
                "/api/v1/mine", "Bearer bad", 401,
                "Bearer realm=\"yimen\", error=\"invalid_token\", error_description=\"the access token is not valid\""
            ),
            (
                "/api/v1/kiosk", "Bearer good", 403,
                "Bearer realm=\"yimen\", error=\"insufficient_scope\", scope=\"hall.kiosk\""
            ),
            ("/api/v1/admin", "Bearer good", 403, nil), ("/api/v1/open", nil, 200, nil),
            ("/api/v1/open", "Basic eDp5", 200, nil),
            ("/api/v1/mine", "Basic eDp5", 401, Self.both),
            (
                "/api/v1/mine", "DPoP good", 401,
                "DPoP realm=\"yimen\", error=\"invalid_token\", "
                    + "error_description=\"the access token is not valid\", algs=\"ES256 PS256 EdDSA\""
            ),
        ] as [(String, String?, Int, String?)])
    func `each answer carries its challenge`(
        path: String, authorization: String?, status: Int, challenge: String?
    ) async throws {
        try await run { client in
            let response = try await client.get(path, authorization.map { [.authorization: $0] } ?? [:])
            #expect(response.status.code == status)
            #expect(response.headers[.wwwAuthenticate] == challenge)
        }
    }

    @Test(arguments: ["Bearer a b", "Bearer \"x\"", "Bearer ü"])
    func `a token of other characters is refused`(header: String) async throws {
        try await run { client in
            let response = try await client.get("/api/v1/open", [.authorization: header])
            #expect(response.status == .unauthorized)
        }
    }

    @Test func `two Authorization headers are refused`() async throws {
        try await run { client in
            var headers: HTTPFields = [.authorization: "Bearer good"]
            headers.append(HTTPField(name: .authorization, value: "Bearer good"))
            let response = try await client.get("/api/v1/mine", headers)
            #expect(response.status == .badRequest)
        }
    }
}

@Suite("Fetch standard: CORS where no cookie is looked at")
struct CrossOriginTests {
    private static func addRoutes(to router: WebRouter) {
        router.api.get("/api/v1/open") { _, _ in Response.text("open") }
        router.protocols.post("/oauth2/token") { _, _ in Response.text("token") }
        router.browser.get("/oauth2/authorize") { _, _ in Response.text("page") }
        router.pages.get("/page") { _, _ in Response.text("page") }
    }

    @Test func `a script of another site may call the API, its errors included`() async throws {
        try await WebFixture().run(routes: Self.addRoutes) { client in
            for (path, status) in [("/api/v1/open", 200), ("/api/v1/none", 404)] {
                let response = try await client.get(path, [.origin: "https://dept.example"])
                #expect(response.status.code == status)
                #expect(response.headers[.accessControlAllowOrigin] == "*")
                #expect(response.headers[.accessControlAllowCredentials] == nil)
            }
        }
    }

    @Test func `answers for every site say so to who names none, as caches keep one for all`() async throws {
        try await WebFixture().run(routes: Self.addRoutes) { client in
            let response = try await client.get("/api/v1/open")
            #expect(response.headers[.accessControlAllowOrigin] == "*" && response.headers[.vary] == nil)
        }
    }

    @Test func `a preflight names the methods of the path`() async throws {
        try await WebFixture().run(routes: Self.addRoutes) { client in
            let response = try await client.send(
                .options, "/oauth2/token", [.origin: "https://dept.example", .accessControlRequestMethod: "POST"])
            #expect(response.status == .noContent)
            #expect(response.headers[.accessControlAllowMethods] == "OPTIONS, POST")
            #expect(response.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
        }
    }

    @Test(arguments: ["/oauth2/authorize", "/page"])
    func `pages and the authorization endpoint have no CORS`(path: String) async throws {
        try await WebFixture().run(routes: Self.addRoutes) { client in
            let response = try await client.get(path, [.origin: "https://dept.example"])
            #expect(response.headers[.accessControlAllowOrigin] == nil)
            let preflight = try await client.send(
                .options, path, [.origin: "https://dept.example", .accessControlRequestMethod: "GET"])
            #expect(preflight.headers[.accessControlAllowMethods] == nil)
        }
    }

    @Test func `configured origins are told apart`() async throws {
        var fixture = WebFixture()
        fixture.settings.allowedOrigins = ["https://dept.example"]
        try await fixture.run(routes: Self.addRoutes) { client in
            let good = try await client.get("/api/v1/open", [.origin: "https://dept.example"])
            #expect(good.headers[.accessControlAllowOrigin] == "https://dept.example")
            #expect(good.headers[.vary] == "Origin")
            let bad = try await client.get("/api/v1/open", [.origin: "https://dept.example.evil"])
            #expect(bad.headers[.accessControlAllowOrigin] == nil && bad.headers[.vary] == "Origin")
            #expect(try await client.get("/api/v1/open").headers[.vary] == "Origin")
        }
    }
}

@Suite("Admission: limits, trusted proxies")
struct AdmissionTests {
    private final class Counting: RateLimiter {
        let seen = Mutex<[String]>([])
        func admit(_ rate: RateClass, key: String) -> Int? {
            seen.withLock { $0.append(rate.rawValue + " " + key) }
            return rate == .write ? 7 : nil
        }
    }

    @Test func `a limited request is 429 with a time to come back, and headers`() async throws {
        var fixture = WebFixture()
        let limiter = Counting()
        fixture.services.rateLimiter = limiter
        try await fixture.run { router in
            router.api.get("/api/v1/open") { _, _ in Response.text("open") }
            router.api.post("/api/v1/open") { _, _ in Response.text("open") }
        } body: { client in
            #expect(try await client.get("/api/v1/open").status == .ok)
            let response = try await client.send(.post, "/api/v1/open", [.origin: "https://dept.example"])
            #expect(response.status == .tooManyRequests)
            #expect(response.headers[.retryAfter] == "7")
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            #expect(response.headers[.accessControlAllowOrigin] == "*")
            #expect(try await client.get("/health/live").status == .ok)
            #expect(limiter.seen.withLock { $0.map { $0.split(separator: " ")[0] } } == ["read", "write"])
        }
    }

    @Test(
        arguments: [
            (["203.0.113.9"], "203.0.113.9"), (["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (["1.1.1.1", "203.0.113.9"], "203.0.113.9"), (["evil, 203.0.113.9"], "203.0.113.9"),
            (["203.0.113.9, evil"], nil), (["10.0.0.1, 10.0.0.2"], "10.0.0.1"), (["2001:db8::1"], "2001:db8::1"),
            (["203.0.113.0/24"], nil),
        ] as [([String], String?)])
    func `the rightmost address that is no proxy of ours counts`(headers: [String], address: String?) throws {
        let proxies = try ["10.0.0.0/8", "::1"].map { try #require(AddressRange($0)) }
        #expect(TrustedAddress(proxies: proxies, isHTTPS: false).client(in: headers) == address)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.200", true), ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false),
        ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::2", false),
    ])
    func `blocks hold their addresses`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isInside)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "x", "10.0.0.0/-1", "10.0.0.0/8/8", "::1/129"])
    func `what is no block is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func `a forwarded address counts over a trusted connection only`() async throws {
        for (proxies, expected) in [(["127.0.0.0/8", "::1"], "203.0.113.9"), ([], nil)] as [([String], String?)] {
            var fixture = WebFixture()
            fixture.settings.trustedProxies = proxies.compactMap { AddressRange($0) }
            try await fixture.run(live: true) { router in
                router.api.get("/api/v1/address") { _, context in Response.text(context.clientAddress) }
            } body: { client in
                let response = try await client.get(
                    "/api/v1/address", [HTTPField.Name("x-forwarded-for")!: "198.51.100.7, 203.0.113.9"])
                #expect((response.text == "203.0.113.9") == (expected != nil))
            }
        }
    }
}
