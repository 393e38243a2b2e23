import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

@Suite("Identity rule 22: forged forms are refused, the login form included")
struct FormGuardTests {
    private static let site = HTTPField.Name.secFetchSite

    /// `/form` on our pages, `/login` at the identity provider; GET shows the token.
    private static func addRoutes(to router: WebRouter) {
        let forms = router.forms
        for (group, path) in [(router.pages, "/form"), (router.browser, "/login")] {
            group.get(RouterPath(path)) { _, context in
                var response = Response.html(forms.token(for: context) ?? "")
                forms.setCookie(for: context, on: &response)
                return response
            }
            group.post(RouterPath(path)) { request, _ in
                guard request.headers[.csrfToken] == nil else { return Response.text("script") }
                return Response.text(try await ParameterList.form(request).single("x") ?? "")
            }
        }
    }

    private func run(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
        try await WebFixture().run(routes: Self.addRoutes, body: body)
    }

    @Test(arguments: ["/form", "/login"])
    func `a form of our own page passes and keeps its fields`(path: String) async throws {
        try await run { client in
            var browser = Browser()
            let token = try await browser.get(path, client).text
            let cookie = try #require(browser.cookies.first { $0.key.hasPrefix("yimen-csrf-") })
            #expect(cookie.value.count == 43)
            #expect(cookie.key == "yimen-csrf-" + cookie.value.prefix(8))
            let response = try await browser.post(path, form: ParameterList(["x": "1", "csrf": token]), client)
            #expect(response.status == .ok)
            #expect(response.text == "1")
        }
    }

    @Test(arguments: ["/form", "/login"])
    func `pages that a new browser loads side by side all hold good forms`(path: String) async throws {
        try await run { client in
            var browser = Browser()
            let empty = browser.headers
            var pages = [TestResponse]()
            for _ in 0..<4 { pages.append(try await client.get(path, empty)) }
            for page in pages { browser.keep(page) }
            for page in pages {
                let form = ParameterList(["x": "1", "csrf": page.text])
                #expect(try await browser.post(path, form: form, client).status == .ok)
            }
            #expect(Set(pages.map(\.text)).count == 4)
            // From then on there is nothing new to keep.
            #expect(try await browser.get(path, client).cookies.isEmpty)
        }
    }

    @Test func `cookies that somebody makes up are no handles`() async throws {
        try await run { client in
            let value = String(repeating: "A", count: 43)
            let name = "yimen-csrf-"
            for cookie in [
                name + "AAAAAAAA=short", name + "BBBBBBBB=" + value, name + "=" + value, "yimen-csrf=" + value,
            ] {
                let page = try await client.get("/form", [.accept: "text/html", .cookie: cookie])
                #expect(page.cookies.count == 1, "\(cookie)")
            }
        }
    }

    @Test(arguments: ["/form", "/login"])
    func `without cookie, token or a matching pair nothing happens`(path: String) async throws {
        try await run { client in
            var browser = Browser()
            let token = try await browser.get(path, client).text
            var other = Browser()
            let foreign = try await other.get(path, client).text
            let missing = try await browser.post(path, form: ParameterList(["x": "1"]), client)
            let swapped = try await browser.post(path, form: ParameterList(["x": "1", "csrf": foreign]), client)
            let bare = try await client.post(path, form: ParameterList(["x": "1", "csrf": token]))
            let twice = try await browser.post(
                path, form: ParameterList([.init("csrf", token), .init("csrf", token)]), client)
            #expect(missing.status == .forbidden)
            #expect(swapped.status == .forbidden)
            #expect(bare.status == .forbidden)
            #expect(twice.status == .badRequest)
            #expect(missing.text.contains("页面已过期"))
        }
    }

    @Test(
        arguments: [
            ("cross-site", nil, 403), ("same-site", nil, 403), ("same-origin", "null", 200), ("none", nil, 200),
            (nil, "https://evil.example", 403), (nil, "http://localhost:8080", 200), (nil, "null", 200),
            (nil, "http://localhost:8080.evil.example", 403),
        ] as [(String?, String?, Int)])
    func `what the browser says about the origin counts too`(site: String?, origin: String?, status: Int) async throws {
        try await run { client in
            var browser = Browser()
            let token = try await browser.get("/form", client).text
            var headers = browser.headers
            headers[Self.site] = site
            headers[.origin] = origin
            let response = try await client.post("/form", form: ParameterList(["x": "1", "csrf": token]), headers)
            #expect(response.status.code == status)
        }
    }

    @Test func `a script sends the token in a header, whatever its body is`() async throws {
        try await run { client in
            var browser = Browser()
            let token = try await browser.get("/form", client).text
            var headers = browser.headers
            headers[.contentType] = "application/json"
            #expect(try await client.send(.post, "/form", headers, body: "{}").status == .forbidden)
            headers[.csrfToken] = token
            #expect(try await client.send(.post, "/form", headers, body: "{}").text == "script")
        }
    }

    @Test func `a token of a signed-in page is worthless in another session`() async throws {
        let fixture = WebFixture()
        try await fixture.run { router in
            let forms = router.forms
            router.browser.get("/tokens") { _, context in
                var context = context
                let anonymous = forms.token(for: context)
                context.pageSession = .example(key: "a", now: Instant(seconds: 0))
                let first = forms.token(for: context)
                context.pageSession = .example(key: "b", now: Instant(seconds: 0))
                return Response.text("\(Set([anonymous, first, forms.token(for: context)]).count)")
            }
        } body: { client in
            let response = try await client.get("/tokens")
            #expect(response.text == "3")
        }
    }

    @Test func `cookies carry every protection that the scheme allows`() throws {
        var response = Response(status: .ok)
        CookiePolicy(isSecure: true).set("page", to: "v", lifetime: .seconds(60), on: &response)
        CookiePolicy(isSecure: false).set("page", to: "v", on: &response)
        #expect(
            response.headers[values: .setCookie] == [
                "__Host-yimen-page=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60",
                "yimen-page=v; Path=/; HttpOnly; SameSite=Lax",
            ])
    }
}
