import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite("Page sessions: renewal, idling, the end")
struct SessionLifeTests {
    private typealias House = SignInFlowTests.House

    @Test func `the access token is renewed in time, once for parallel requests`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.fixture.clock.advance(by: .seconds(580))
            let headers = browser.headers
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<10 { group.addTask { try await client.get("/me", headers).status } }
                for try await status in group { #expect(status == .ok) }
            }
            #expect(house.provider.state.withLock { $0.refreshes } == 1)
            #expect(try await browser.get("/me", client).text == "person-1 王*")
        }
    }

    @Test func `a refused renewal signs out and forgets the cookie`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.provider.state.withLock { $0.refusesRefresh = true }
            house.fixture.clock.advance(by: .seconds(580))
            let response = try await browser.get("/me", client)
            #expect(response.status == .seeOther)
            #expect(browser.cookies["yimen-page"] == nil)
            #expect(house.fixture.sessions.count == 0)
        }
    }

    @Test func `a session ends after an hour of silence and after twelve hours in any case`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            for _ in 0..<13 {
                house.fixture.clock.advance(by: .minutes(50))
                #expect(try await browser.get("/me", client).status == .ok)
            }
            house.fixture.clock.advance(by: .minutes(61))
            #expect(try await browser.get("/me", client).status == .seeOther)
            _ = try await house.signIn(&browser, client)
            for _ in 0..<14 {
                house.fixture.clock.advance(by: .minutes(50))
                _ = try await browser.get("/me", client)
            }
            house.fixture.clock.advance(by: .minutes(50))
            #expect(try await browser.get("/me", client).status == .seeOther)
        }
    }

    @Test func `signing out elsewhere is signing out here`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            try await house.fixture.sessions.deleteAll(sids: ["sid-1"])
            #expect(try await browser.get("/me", client).status == .seeOther)
        }
    }

    @Test func `a session whose access token was revoked is over although its record is still there`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            #expect(try await browser.get("/me", client).status == .ok)
            house.fixture.tokens.forget("at-2")
            house.provider.state.withLock { $0.refusesRefresh = true }
            #expect(house.fixture.sessions.count == 1)
            #expect(try await browser.get("/me", client).status == .seeOther)
            #expect(house.fixture.sessions.count == 0)
        }
    }

    @Test func `an access token that is no longer good is renewed while the grant still is`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.fixture.tokens.forget("at-2")
            #expect(try await browser.get("/me", client).text == "person-1 王*")
            #expect(house.provider.state.withLock { $0.refreshes } == 1)
        }
    }

    /// What another process leaves in the table between the reading and the writing of this one.
    private func rotate(_ record: PageSessionRecord) -> PageSessionRecord? {
        guard var session = PageSession(record) else { return nil }
        session.renewal = .refreshToken(Secret("rotated-elsewhere"))
        return session.record
    }

    private func storedSession(_ house: House) throws -> PageSession {
        let record = try #require(house.fixture.sessions.all.first)
        return try #require(PageSession(record))
    }

    private func storedToken(_ house: House) throws -> String {
        let session = try storedSession(house)
        guard case .refreshToken(let token) = session.renewal else { return "none" }
        return token.reveal()
    }

    @Test func `noting the last request never brings a rotated refresh token back`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.fixture.clock.advance(by: .minutes(6))
            house.fixture.sessions.beforeNextReplace { rotate($0) }
            #expect(try await browser.get("/me", client).status == .ok)
            #expect(try storedToken(house) == "rotated-elsewhere")
            #expect(try storedSession(house).seenAt == house.fixture.clock.now())
        }
    }

    @Test func `a request that read the session before it was renewed takes the renewed one`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            let stale = try storedSession(house)
            house.fixture.clock.advance(by: .seconds(580))
            #expect(try await browser.get("/me", client).status == .ok)
            let renewal = try #require(
                SessionRenewal(settings: house.fixture.settings, services: house.fixture.services))
            let found = try #require(try await renewal.renew(stale))
            #expect(found.renews(like: try storedSession(house)))
            #expect(house.provider.state.withLock { $0.refreshes } == 1)
            #expect(house.fixture.sessions.count == 1)
        }
    }

    @Test func `a renewal is kept when only the time changed, and gives way to a renewal elsewhere`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.fixture.clock.advance(by: .seconds(580))
            house.fixture.sessions.beforeNextReplace { record in
                guard var session = PageSession(record) else { return nil }
                session.seenAt = session.seenAt + .seconds(1)
                return session.record
            }
            #expect(try await browser.get("/me", client).status == .ok)
            #expect(try storedToken(house) == "rt-3")
            house.fixture.clock.advance(by: .seconds(580))
            house.fixture.sessions.beforeNextReplace { rotate($0) }
            #expect(try await browser.get("/me", client).status == .ok)
            #expect(try storedToken(house) == "rotated-elsewhere")
        }
    }

    @Test(arguments: [360, 580])
    func `a session that is ended while it is written stays ended`(seconds: Int) async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            _ = try await house.signIn(&browser, client)
            house.fixture.clock.advance(by: .seconds(seconds))
            house.fixture.sessions.beforeNextReplace { _ in nil }
            #expect(try await browser.get("/me", client).status == .seeOther)
            #expect(house.fixture.sessions.count == 0)
        }
    }

    @Test(arguments: ["", "x", String(repeating: "A", count: 43), String(repeating: "é", count: 43), "a; b"])
    func `an unknown handle is a visitor`(handle: String) async throws {
        let house = House()
        try await house.run { client in
            let response = try await client.get("/me", [.accept: "text/html", .cookie: "yimen-page=" + handle])
            #expect(response.status == .seeOther)
        }
    }

    @Test func `a kiosk is enrolled with its own credentials and renews by itself`() async throws {
        let house = House()
        try await house.run { client in
            var browser = Browser()
            let token = try await browser.get("/token", client).text
            func enrol(_ id: String, _ secret: String) async throws -> TestResponse {
                try await browser.post(
                    "/kiosk/enrol",
                    form: ParameterList([
                        "csrf": token, "client_id": id, "client_secret": secret, "return": "/kiosk/jinan",
                    ]),
                    client)
            }
            for (id, secret) in [("kiosk-1", "wrong-secret"), ("no-hall", "kiosk-secret"), ("kiosk-1", "")] {
                let refused = try await enrol(id, secret)
                #expect(refused.status == .unprocessableContent && refused.text.contains("role=\"alert\""))
                // The id stays in the form, the secret does not.
                #expect(refused.text.contains("name=\"client_id\" value=\"\(id)\""))
                #expect(secret.isEmpty || !refused.text.contains(secret))
            }
            // Where the other language comes back to.
            let back = try await browser.get("/kiosk/enrol", client)
            #expect(back.status == .seeOther && back.headers[.location] == "/kiosk")
            let done = try await enrol("kiosk-1", "kiosk-secret")
            #expect(done.status == .seeOther)
            #expect(done.headers[.location] == "/kiosk/jinan")
            house.fixture.clock.advance(by: .days(30))
            #expect(try await browser.get("/me", client).text == "client:kiosk-1 ")
        }
    }
}
