import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@Suite("Pages: rendered in the reader's language")
struct PageRenderingTests {
    @Test func `values of a model are escaped`() async throws {
        let fixture = WebFixture()
        let prefix = try WebFixture.renderer.get().files.prefix
        try await fixture.run { router in
            let renderer = router.renderer
            router.pages.get("/x") { _, context in
                try renderer.render(
                    "web/sign-in-failed",
                    ["retryURL": "\"><script>alert(1)</script>", "isRefusal": false] as [String: any Sendable],
                    title: "<t>", context: context)
            }
        } body: { client in
            let response = try await client.get("/x", [.accept: "text/html"])
            #expect(response.status == .ok)
            #expect(!response.text.contains("<script>alert"))
            #expect(response.text.contains("&lt;t&gt;"))
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(response.text.contains(prefix + "/css/base.css"))
        }
    }

    @Test func `language and elder mode are kept in cookies and come back to the page`() async throws {
        try await WebFixture().run { client in
            let response = try await client.get("/preferences?lang=en&elder=1&return=%2Fitems%3Fq%3Da")
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "/items?q=a")
            #expect(response.cookies["yimen-locale"] == "en")
            #expect(response.cookies["yimen-elder"] == "1")
            let page = try await client.get(
                "/nothing?lang=zh", [.accept: "text/html", .cookie: "yimen-locale=en; yimen-elder=1"])
            #expect(page.text.contains("<html lang=\"zh-Hans\" class=\"elder\""))
            #expect(page.text.contains("/preferences?lang=en&amp;return=%2Fnothing\""))
        }
    }

    @Test(arguments: ["//evil.example", "https://evil.example", "/\\evil.example", "%0d%0a"])
    func `a foreign return address leads home`(target: String) async throws {
        try await WebFixture().run { client in
            let response = try await client.get("/preferences?elder=0&return=" + PercentDecoding.escape(target))
            #expect(response.headers[.location] == "/")
        }
    }

    @Test func `static files are immutable under their hash and fresh under another`() async throws {
        let prefix = try WebFixture.renderer.get().files.prefix
        try await WebFixture().run { client in
            let current = try await client.get(prefix + "/css/base.css")
            #expect(current.status == .ok)
            #expect(current.headers[.contentType] == "text/css; charset=utf-8")
            #expect(current.headers[.cacheControl] == "public, max-age=31536000, immutable")
            let tag = try #require(current.headers[.eTag])
            let again = try await client.get(prefix + "/css/base.css", [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            #expect(again.text.isEmpty)
            let other = try await client.get("/static/0000/css/base.css")
            #expect(other.headers[.cacheControl] == "no-cache")
            #expect(try await client.get("/favicon.ico").status == .ok)
            for path in ["/../web.en.json", "/..%2fLocales/web.en.json", "/%2e%2e/x", "/css/", "/.keep"] {
                #expect(try await client.get(prefix + path).status == .notFound)
            }
        }
    }

    @Test func `an error at a machine or on a wall has the form of that screen and goes on by itself`() async throws {
        try await WebFixture().run(routes: { router in
            router.pages.get("/board/busy") { _, _ -> Response in throw Problem.busy() }
        }) { client in
            let kiosk = try await client.get("/kiosk/jinan/nothing/here", [.accept: "text/html"])
            #expect(kiosk.status == .notFound)
            #expect(kiosk.text.contains("class=\"kiosk\"") && !kiosk.text.contains("site-header"))
            let start = "/preferences?lang=zh-Hans&amp;return=%2Fkiosk"
            #expect(kiosk.text.contains("content=\"30;url=\(start)\"") && kiosk.text.contains("href=\"\(start)\""))
            let english = try await client.get("/kiosk/x/y/z", [.accept: "text/html", .cookie: "yimen-locale=en"])
            #expect(english.text.contains("Back to the start") && english.text.contains("lang=\"en\""))
            let board = try await client.get("/board/busy", [.accept: "text/html"])
            #expect(board.text.contains("class=\"board\"") && board.text.contains("http-equiv=\"refresh\""))
            // What can never be there is not asked for again.
            let none = try await client.get("/board/nowhere/at/all", [.accept: "text/html"])
            #expect(none.text.contains("class=\"board\"") && none.text.contains("href=\"/board\""))
            #expect(!none.text.contains("http-equiv=\"refresh\"") && !none.text.contains("自动重新连接"))
            let page = try await client.get("/kiosks", [.accept: "text/html"])
            #expect(page.text.contains("site-header"))
        }
    }
}
