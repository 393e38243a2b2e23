import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@Suite("Routing: what the framework leaves open")
struct RouterBehaviourTests {
    private struct Boom: Error {}

    private func run(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
        var fixture = WebFixture()
        fixture.services.translate = { $0 is CancellationError ? Problem.busy(retryAfter: 2) : nil }
        try await fixture.run(routes: Self.addRoutes, body: body)
    }

    private static func addRoutes(to router: WebRouter) {
        router.api.get("/api/v1/things/{thing}") { _, context in
            Response.json(.object(["thing": .string(try context.pathParameter("thing", max: 10))]))
        }
        router.api.post("/api/v1/things") { request, _ in
            let body = try await JSONBody.read(request, limit: 100)
            return Response.json(.object(["name": .string(try body.string("name"))]), status: .created)
        }
        router.api.get("/api/v1/boom") { _, _ -> Response in throw Boom() }
        router.api.get("/api/v1/busy") { _, _ -> Response in throw CancellationError() }
        router.api.get("/api/v1/query") { request, _ in
            Response.json(.object(["scope": .string(try ParameterList.query(request).required("scope"))]))
        }
        router.pages.get("/page") { _, _ in Response.html("<p>page</p>") }
        router.pages.get("/boom") { _, _ -> Response in throw Boom() }
        router.protocols.post("/oauth2/thing") { request, _ in
            Response.json(.object(["x": .string(try await ParameterList.form(request, limit: 20).required("x"))]))
        }
        router.protocols.get("/oauth2/boom") { _, _ -> Response in throw Boom() }
    }

    @Test(arguments: [
        ("/api/v1/things/a", 200), ("/api/v1/nothing", 404), ("/api/v1/boom", 500), ("/page", 200), ("/nothing", 404),
        ("/boom", 500), ("/oauth2/boom", 500), ("/static/x/y", 404), ("/health/live", 200),
    ])
    func `security headers stand on every answer, errors included`(path: String, status: Int) async throws {
        try await run { client in
            let response = try await client.get(path, [.accept: "text/html"])
            #expect(response.status.code == status)
            #expect(response.headers[.xContentTypeOptions] == "nosniff")
            let policy = try #require(response.headers[.contentSecurityPolicy])
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(response.headers[values: HTTPField.Name("referrer-policy")!] == ["no-referrer"])
            #expect(response.headers[.strictTransportSecurity] == nil)
        }
    }

    @Test(arguments: [
        ("https://yimen.example", true), ("https://localhost.example:8443", true), ("https://localhost:8443", false),
        ("http://yimen.example", false),
    ])
    func `HSTS is sent under https, except for localhost and all its ports`(issuer: String, isSent: Bool) async throws {
        var fixture = WebFixture()
        fixture.settings.publicURL = issuer
        try await fixture.run { client in
            let header = try await client.get("/health/live").headers[.strictTransportSecurity]
            #expect(header?.hasPrefix("max-age=31536000") == (isSent ? true : nil))
        }
    }

    @Test func `a known path with another method is 405 with Allow`() async throws {
        try await run { client in
            let response = try await client.send(.delete, "/api/v1/things/a")
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, HEAD, OPTIONS")
            #expect(try response.json()["type"] == "urn:yimen:problem:method-not-allowed")
            let page = try await client.send(.put, "/page", [.accept: "text/html"])
            #expect(page.status == .methodNotAllowed)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            let token = try await client.get("/oauth2/thing")
            #expect(token.status == .methodNotAllowed)
            #expect(token.headers[.allow] == "OPTIONS, POST")
            #expect(try token.json()["error"] == "invalid_request")
        }
    }

    @Test func `HEAD and OPTIONS work on every path`() async throws {
        try await run { client in
            let head = try await client.send(.head, "/api/v1/things/a")
            #expect(head.status == .ok)
            #expect(head.headers[.contentLength] == "13")
            #expect(head.text.isEmpty)
            for (path, status) in [("/api/v1/nothing", 404), ("/nothing", 404), ("/oauth2/thing", 405)] {
                let refused = try await client.send(.head, path, [.accept: "text/html"])
                #expect(refused.status.code == status && refused.text.isEmpty, "\(path)")
            }
            let options = try await client.send(.options, "/api/v1/things")
            #expect(options.status == .noContent)
            #expect(options.headers[.allow] == "OPTIONS, POST")
        }
    }

    @Test func `duplicates and malformed parameters are problems that name the parameter`() async throws {
        try await run { client in
            for query in ["scope=a&scope=b", "scope=%ff", "x=1"] {
                let response = try await client.get("/api/v1/query?" + query)
                #expect(response.status == .badRequest)
                #expect(response.headers[.contentType] == "application/problem+json")
                guard case .array(let errors)? = try response.json()["errors"] else {
                    Issue.record("no errors")
                    continue
                }
                #expect(errors.first?["pointer"] == "scope")
            }
            let good = try await client.get("/api/v1/query?scope=a+b%20c")
            #expect(try good.json()["scope"] == "a b c")
        }
    }

    @Test(arguments: [
        ("/api/v1/things/a%2Fb", 200), ("/api/v1/things/%E5%8E%85", 200), ("/api/v1/things/a%zz", 404),
        ("/api/v1/things/%ff", 404), ("/api/v1/things/a%00", 404), ("/api/v1/things/aaaaaaaaaaa", 404),
    ])
    func `path segments are decoded once and bounded`(path: String, status: Int) async throws {
        try await run { client in
            let response = try await client.get(path)
            #expect(response.status.code == status)
        }
    }

    @Test(
        arguments: [
            (#"{"name":"x"}"#, "application/json", 201, nil),
            (#"{"name":"x"}"#, "application/json; charset=utf-8", 201, nil),
            (#"{"name":"x"}"#, "text/plain", 415, nil), (#"{"name":1}"#, "application/json", 400, "/name"),
            (#"{"name":"x""#, "application/json", 400, ""),
            (#"{"name":"a","name":"b"}"#, "application/json", 400, "/name"),
            ("", "application/json", 400, ""),
            (#"{"name":"\#(String(repeating: "x", count: 200))"}"#, "application/json", 413, nil),
            ("[]", "application/json", 400, ""),
        ] as [(String, String, Int, String?)])
    func `bodies are checked for type, size and form`(
        body: String, type: String, status: Int, pointer: String?
    ) async throws {
        try await run { client in
            let response = try await client.send(.post, "/api/v1/things", [.contentType: type], body: body)
            #expect(response.status.code == status)
            guard status >= 400 else { return }
            let json = try response.json()
            #expect(json["status"] == .integer(Int64(status)))
            if let pointer, case .array(let errors)? = json["errors"] {
                #expect(errors.first?["pointer"] == .string(pointer))
            } else {
                #expect(pointer == nil)
            }
        }
    }

    @Test func `a form over the limit is 413 in the form of the protocol`() async throws {
        try await run { client in
            let form = ParameterList(["x": String(repeating: "y", count: 30)])
            let response = try await client.post("/oauth2/thing", form: form)
            #expect(response.status == .contentTooLarge)
            #expect(try response.json()["error"] == "invalid_request")
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(try await client.post("/oauth2/thing", form: ParameterList(["x": "y"])).status == .ok)
        }
    }

    @Test func `an unknown error shows a number and nothing else`() async throws {
        try await run { client in
            let api = try await client.get("/api/v1/boom")
            #expect(api.status == .internalServerError)
            #expect(try api.json()["requestId"]?.text?.isEmpty == false)
            #expect(!api.text.contains("Boom"))
            let page = try await client.get("/boom", [.accept: "text/html"])
            #expect(page.status == .internalServerError)
            #expect(!page.text.contains("Boom"))
            #expect(page.text.contains("系统出了点问题"))
            let machine = try await client.get("/oauth2/boom")
            #expect(try machine.json()["error"] == "server_error")
        }
    }

    @Test func `storage faults become 503 with a time to come back`() async throws {
        try await run { client in
            let response = try await client.get("/api/v1/busy")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "2")
        }
    }

    @Test func `a page for who was too fast says how long to wait`() async throws {
        try await WebFixture().run { router in
            router.pages.get("/fast") { _, _ -> Response in
                throw Problem(.tooManyRequests, headers: [Problem.Header("Retry-After", "12")])
            }
        } body: { client in
            let page = try await client.get("/fast", [.accept: "text/html"])
            #expect(page.status == .tooManyRequests && page.headers[.retryAfter] == "12")
            #expect(page.text.contains("12 秒后可以再试"))
        }
    }

    @Test func `an address that is too long is 414`() async throws {
        try await run { client in
            let response = try await client.get("/page?x=" + String(repeating: "a", count: 8192))
            #expect(response.status.code == 414)
            #expect(response.headers[.contentSecurityPolicy] != nil)
        }
    }

    @Test func `an error page speaks the reader's language`() async throws {
        try await run { client in
            let english = try await client.get("/nothing", [.accept: "text/html", .acceptLanguage: "de, en;q=0.5"])
            #expect(english.text.contains("This page was not found"))
            #expect(english.text.contains("<html lang=\"en\""))
            let chinese = try await client.get("/nothing?lang=zh-Hans", [.accept: "text/html", .acceptLanguage: "en"])
            #expect(chinese.text.contains("没有找到这个页面"))
        }
    }

    @Test func `a script gets JSON from a page route`() async throws {
        try await run { client in
            let response = try await client.get("/boom", [HTTPField.Name("sec-fetch-mode")!: "cors", .accept: "*/*"])
            #expect(response.headers[.contentType] == "application/problem+json")
        }
    }
}
