import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("What ends with a session, a person's wish or a client (rule 32, OpenID Connect Core §11)")
struct EndingTests {
    private static let offline = Attempt().with("scope", "openid offline_access")

    private func addOfflineClient(_ house: House) async throws {
        try await house.addClient { $0.scopes = ["openid", "profile", "offline_access"] }
    }

    private func signOut(_ action: String, _ house: House, _ browser: Browser) async throws {
        let page = try await house.client.get("/account", browser.headers)
        var form = ParameterList(["action": action, "csrf": try #require(page.formToken)])
        // The last target on the page is the device; systems stand before it.
        if action == "sign-out-device" { form.append("target", try #require(page.fields("target").last)) }
        _ = try await house.client.post("/account", form: form, browser.headers)
        try await house.provider.revocations.refresh()
    }

    @Test(arguments: Backend.available)
    func `offline access outlives a sign-out and ends with signing out everywhere`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await addOfflineClient(house)
            var browser = Browser()
            let tokens = try await house.tokens(Self.offline, &browser)
            let first = try #require(tokens["refresh_token"]?.stringValue)
            try await signOut("sign-out-device", house, browser)
            let refreshed = try await house.refresh(first).json()
            let second = try #require(refreshed["refresh_token"]?.stringValue)
            let access = try #require(refreshed["access_token"]?.stringValue)
            #expect(try await house.userInfo(access).status == .ok)

            var other = Browser()
            _ = try await house.code(Self.offline, &other)
            try await signOut("sign-out-everywhere", house, other)
            #expect(try await house.refresh(second).error == "invalid_grant")
            #expect(try await house.userInfo(access).status == .unauthorized)
        }
    }

    @Test(arguments: Backend.available)
    func `offline access that is refreshed for less does not go by a session that has ended`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await addOfflineClient(house)
            var browser = Browser()
            let tokens = try await house.tokens(Self.offline, &browser)
            func sid(_ name: String, _ answer: JSONValue) throws -> JSONValue? {
                try house.claims(try #require(answer[name]?.stringValue))["sid"]
            }
            #expect(try sid("access_token", tokens) == nil && sid("id_token", tokens) != nil)
            let first = try #require(tokens["refresh_token"]?.stringValue)
            let early = try await house.refresh(first, scope: "openid").json()
            #expect(try sid("access_token", early) == nil)
            #expect(try sid("id_token", early) == sid("id_token", tokens))

            try await signOut("sign-out-device", house, browser)
            let second = try #require(early["refresh_token"]?.stringValue)
            let late = try await house.refresh(second, scope: "openid").json()
            #expect(late["scope"] == "openid")
            #expect(try sid("access_token", late) == nil && sid("id_token", late) == nil)
            #expect(try await house.userInfo(try #require(late["access_token"]?.stringValue)).status == .ok)
        }
    }

    @Test(arguments: Backend.available)
    func `without offline_access a refresh token ends with the sign-in, however long its client's live`(
        backend: Backend
    ) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient {
                $0.scopes = ["openid", "profile", "offline_access"]
                $0.refreshIdle = .days(7)
                $0.refreshLife = .days(30)
            }
            var browser = Browser()
            _ = try await house.code(Self.offline, &browser)
            let half = house.provider.settings.sessionLife / 2
            // The system comes two hours after the sign-in, which has been used meanwhile.
            house.clock.advance(by: .hours(1))
            _ = try await house.authorize(Attempt(), &browser)
            house.clock.advance(by: .hours(1))
            var token = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            let lasting = try #require(
                try await house.tokens(Self.offline, &browser)["refresh_token"]?.stringValue)
            house.clock.advance(by: half)
            token = try #require(try await house.refresh(token).json()["refresh_token"]?.stringValue)
            house.clock.advance(by: half - .hours(2) - .seconds(1))
            token = try #require(try await house.refresh(token).json()["refresh_token"]?.stringValue)
            house.clock.advance(by: .seconds(1))
            #expect(try await house.refresh(token).error == "invalid_grant")
            #expect(try await house.refresh(lasting).status == .ok)
        }
    }

    @Test(arguments: Backend.available)
    func `a client registered again under an old id finds nothing of the old one alive`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await addOfflineClient(house)
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            let offline = try await house.tokens(Self.offline, &browser)
            let code = try await house.code(Attempt(), &browser)
            #expect(try await house.provider.registry.remove("department"))
            house.clock.advance(by: .seconds(1))
            try await addOfflineClient(house)
            try await house.provider.clients.refresh()
            try await house.provider.revocations.refresh()
            for answer in [tokens, offline] {
                let refresh = try #require(answer["refresh_token"]?.stringValue)
                #expect(try await house.refresh(refresh).error == "invalid_grant")
                let access = try #require(answer["access_token"]?.stringValue)
                #expect(try await house.userInfo(access).status == .unauthorized)
            }
            #expect(try await house.token(house.tokenForm(code: code)).error == "invalid_grant")
            // The person is still signed in, and the new system gets tokens of its own.
            let fresh = try await house.tokens(Attempt(), &browser)
            #expect(try await house.userInfo(try #require(fresh["access_token"]?.stringValue)).status == .ok)
        }
    }

    @Test func `a machine that is removed is refused at once, and one enrolled anew is not`() async throws {
        try await House.run { house in
            try await house.addDevice()
            let form = ParameterList(["grant_type": "client_credentials"])
            func token() async throws -> String {
                let answer = try await house.token(form, as: "kiosk:" + House.secret).json()
                return try #require(answer["access_token"]?.stringValue)
            }
            let access = try await token()
            #expect(try await house.provider.accessTokens.verify(access).hall == "jinan")
            #expect(try await house.provider.registry.remove("kiosk"))
            try await house.provider.revocations.refresh()
            await #expect(throws: Problem.self) { try await house.provider.accessTokens.verify(access) }
            house.clock.advance(by: .seconds(1))
            try await house.addDevice()
            try await house.provider.clients.refresh()
            try await house.provider.revocations.refresh()
            #expect(try await house.provider.accessTokens.verify(try await token()).hall == "jinan")
            await #expect(throws: Problem.self) { try await house.provider.accessTokens.verify(access) }
        }
    }

    @Test(arguments: Backend.available)
    func `a machine that was switched off and on again needs a new token`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addDevice()
            let form = ParameterList(["grant_type": "client_credentials"])
            func token() async throws -> String {
                let answer = try await house.token(form, as: "kiosk:" + House.secret).json()
                return try #require(answer["access_token"]?.stringValue)
            }
            func isGood(_ token: String) async -> Bool {
                (try? await house.provider.accessTokens.verify(token)) != nil
            }
            func turn(on isEnabled: Bool) async throws {
                try await house.provider.registry.setEnabled(isEnabled, "kiosk")
                try await house.provider.clients.refresh()
                try await house.provider.revocations.refresh()
            }
            let first = try await token()
            // In the very same second: the token cannot tell on which side of it it was issued.
            try await turn(on: false)
            #expect(await !isGood(first))
            try await turn(on: true)
            #expect(await !isGood(first))

            house.clock.advance(by: .seconds(1))
            let second = try await token()
            #expect(await isGood(second))
            #expect(await !isGood(first))
            house.clock.advance(by: .seconds(30))
            try await turn(on: false)
            house.clock.advance(by: .seconds(30))
            try await turn(on: true)
            let third = try await token()
            #expect(await isGood(third))
            #expect(await !isGood(second))
        }
    }

    @Test(arguments: Backend.available)
    func `a client with more grants than one round ends is removed whole`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await addOfflineClient(house)
            let now = house.clock.now()
            let count = ClientEnding.batch * 2 + 1
            try await house.database.transaction { transaction in
                for number in 0..<count {
                    let grant = Grant(
                        id: "grant-\(number)", clientID: "department", personID: person, sid: "sid-\(number)",
                        scopes: ["openid", "offline_access"], acr: .l2, amr: ["pwd"], authenticatedAt: now)
                    try RefreshStore.open(
                        grant, offline: true, tokenHash: "hash-\(number)", idleEnds: now + .days(1),
                        ends: now + .days(9), at: now, in: transaction)
                }
            }
            #expect(try await house.provider.registry.remove("department"))
            let left = try await house.database.read {
                try $0.first("SELECT count(*) AS n FROM identity_refresh_family WHERE revoked_at_ms IS NULL")?.int("n")
            }
            #expect(left == 0)
            let revoked = try await house.database.read { try RevocationStore.live(at: now, in: $0).count }
            #expect(revoked == count + 1)
        }
    }

    private func change(_ house: House, scopes: Set<String>) async throws {
        var client = try #require(try await house.provider.clients.find("department"))
        client.scopes = scopes
        let changed = client
        let now = house.clock.now()
        try await house.database.transaction { try ClientStore.put(changed, at: now, in: $0) }
        try await house.provider.clients.refresh()
    }

    @Test func `a refresh gives what the client is registered for now, and no more`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addOfflineClient(house)
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            let first = try #require(tokens["refresh_token"]?.stringValue)
            try await change(house, scopes: ["openid"])
            let answer = try await house.refresh(first).json()
            #expect(answer["scope"]?.stringValue == "openid")
            let second = try #require(answer["refresh_token"]?.stringValue)
            #expect(try await house.refresh(second, scope: "openid profile").error == "invalid_scope")
            try await change(house, scopes: ["phone"])
            #expect(try await house.refresh(second).error == "invalid_grant")
            try await change(house, scopes: ["openid", "profile"])
            #expect(try await house.refresh(second).json()["scope"]?.stringValue == "openid profile")
        }
    }

    @Test func `offline access ends when the client may no longer have it`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addOfflineClient(house)
            var browser = Browser()
            let token = try #require(try await house.tokens(Self.offline, &browser)["refresh_token"]?.stringValue)
            try await change(house, scopes: ["openid", "profile"])
            #expect(try await house.refresh(token).error == "invalid_grant")
        }
    }
}

@Suite("Sessions of our own pages")
struct OwnPageSessionTests {
    /// 303 for somebody signed in, 400 for a visitor: what the callback answers to an unknown state.
    private func isSignedIn(_ browser: Browser, _ house: House) async throws -> Bool {
        try await house.client.get("/auth/callback?state=x", browser.headers).status == .seeOther
    }

    @Test func `a session that was ended is over on our own pages even if nobody tells them`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            var browser = Browser()
            let page = try await browser.followFlow("/auth/sign-in", origin: House.issuer, house.client)
            _ = try await house.signIn(page, &browser)
            #expect(try await isSignedIn(browser, house))
            let session = try #require(
                try await house.database.read { try $0.first("SELECT id FROM identity_sso_session")?.text("id") })
            let ending = SessionEnding(
                clients: house.provider.clients, listener: house.listener, surroundings: house.surroundings)
            let now = house.clock.now()
            _ = try await house.database.transaction {
                try ending.end(session, by: "system", because: "test", at: now, in: $0)
            }
            // Nothing was announced, so the page session's record is still there.
            try await house.provider.revocations.refresh()
            #expect(try await !isSignedIn(browser, house))
        }
    }
}
