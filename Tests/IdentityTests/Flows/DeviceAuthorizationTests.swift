import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8628 Device Authorization Grant")
struct DeviceAuthorizationTests {
    private static let grant = "urn:ietf:params:oauth:grant-type:device_code"

    private func addDevice(_ house: House, change: (inout ClientRegistration) -> Void = { _ in }) async throws {
        try await house.addClient("television", secret: nil) {
            $0.redirectURIs = []
            $0.grants = [Self.grant, "refresh_token"]
            change(&$0)
        }
    }

    private func start(_ house: House, scope: String? = "openid profile") async throws -> JSONValue {
        var form = ParameterList(["client_id": "television"])
        if let scope { form.append("scope", scope) }
        let response = try await house.client.post("/oauth2/device_authorization", form: form)
        #expect(response.status == .ok, "\(response.text)")
        #expect(response.headers[.cacheControl]?.contains("no-store") == true)
        return try response.json()
    }

    private func poll(_ house: House, _ code: String, as client: String = "television") async throws -> TestResponse {
        try await house.token(
            ParameterList(["grant_type": Self.grant, "device_code": code, "client_id": client]), as: nil)
    }

    /// Signs in by a plain authorization, so that the browser has a session.
    private func signedIn(_ house: House, name: String = "19900000001") async throws -> Browser {
        if try await house.provider.clients.find("department") == nil { try await house.addClient() }
        var browser = Browser()
        _ = try await house.code(Attempt(), name: name, &browser)
        return browser
    }

    /// From the entry page to the page of the decision.
    private func look(_ house: House, _ code: String, _ browser: inout Browser) async throws -> TestResponse {
        let entry = try await browser.get("/device", house.client)
        return try await browser.post(
            "/device", form: ParameterList(["user_code": code, "csrf": try #require(entry.formToken)]), house.client)
    }

    private func decide(_ house: House, _ decision: String, on page: TestResponse, _ browser: inout Browser)
        async throws -> TestResponse
    {
        let form = ParameterList([
            "user_code": try #require(page.field("user_code")), "session": try #require(page.field("session")),
            "csrf": try #require(page.formToken), "decision": decision,
        ])
        return try await browser.post("/device", form: form, house.client)
    }

    private func text(_ json: JSONValue, _ name: String) throws -> String { try #require(json[name]?.stringValue) }

    @Test(arguments: Backend.available)
    func `a person allows what a device without a keyboard asks for`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            let userCode = try text(started, "user_code")
            #expect(userCode.wholeMatch(of: /[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}/) != nil)
            #expect(try text(started, "verification_uri") == House.issuer + "/device")
            #expect(try text(started, "verification_uri_complete") == House.issuer + "/device?user_code=" + userCode)
            #expect(started["expires_in"]?.integerValue == 600 && started["interval"]?.integerValue == 5)
            let code = try text(started, "device_code")
            #expect(try await poll(house, code).error == "authorization_pending")

            var browser = try await signedIn(house)
            // Case, dashes and full-width letters are forgiven.
            let typed = userCode.lowercased().replacing("-", with: " ")
            let page = try await look(house, typed, &browser)
            #expect(page.status == .ok && page.text.contains(userCode) && page.text.contains("television"))
            #expect(try await poll(house, code).error == "slow_down")
            let outcome = try await decide(house, "allow", on: page, &browser)
            #expect(outcome.status == .ok)

            let answer = try await poll(house, code)
            #expect(answer.status == .ok, "\(answer.text)")
            let body = try answer.json()
            let idToken = try house.claims(try text(body, "id_token"))
            #expect(idToken["sub"]?.stringValue == sub && idToken["aud"]?.stringValue == "television")
            #expect(try await house.userInfo(try text(body, "access_token")).status == .ok)
            #expect(try await poll(house, code).error == "invalid_grant")
        }
    }

    @Test func `a refusal ends it, and only the first decision counts`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            var browser = try await signedIn(house)
            let page = try await look(house, try text(started, "user_code"), &browser)
            #expect(try await decide(house, "deny", on: page, &browser).status == .ok)
            #expect(try await decide(house, "allow", on: page, &browser).status == .badRequest)
            #expect(try await poll(house, try text(started, "device_code")).error == "access_denied")
        }
    }

    @Test func `polling too often slows the device down by five seconds each time`() async throws {
        try await House.run { house in
            try await addDevice(house)
            let code = try text(try await start(house), "device_code")
            #expect(try await poll(house, code).error == "authorization_pending")
            house.clock.advance(by: .seconds(2))
            #expect(try await poll(house, code).error == "slow_down")
            house.clock.advance(by: .seconds(6))
            #expect(try await poll(house, code).error == "slow_down")
            house.clock.advance(by: .seconds(15))
            #expect(try await poll(house, code).error == "authorization_pending")
        }
    }

    @Test func `codes expire, and belong to one client`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addDevice(house)
            try await house.addClient("radio", secret: nil) {
                $0.redirectURIs = []
                $0.grants = [Self.grant]
            }
            let started = try await start(house)
            let code = try text(started, "device_code")
            #expect(try await poll(house, code, as: "radio").error == "invalid_grant")
            #expect(try await poll(house, "no-such-code").error == "invalid_grant")
            var browser = try await signedIn(house)
            house.clock.advance(by: .minutes(11))
            #expect(try await look(house, try text(started, "user_code"), &browser).status == .badRequest)
            #expect(try await poll(house, code).error == "expired_token")
        }
    }

    @Test(arguments: Backend.available)
    func `of fifty polls at once one collects the tokens`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            var browser = try await signedIn(house)
            let page = try await look(house, try text(started, "user_code"), &browser)
            _ = try await decide(house, "allow", on: page, &browser)
            let code = try text(started, "device_code")
            let answers = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let answer = try await poll(house, code)
                        return answer.status == .ok ? nil : answer.error
                    }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(answers.count { $0 == nil } == 1)
            #expect(answers.compactMap { $0 }.allSatisfy { $0 == "invalid_grant" })
        }
    }

    @Test func `nothing is decided without the page of this very session`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            let userCode = try text(started, "user_code")
            var visitor = Browser()
            let entry = try await visitor.get("/device?user_code=" + userCode, house.client)
            #expect(entry.status == .ok && entry.field("user_code") == nil && entry.text.contains(userCode))
            let token = try #require(entry.formToken)
            // Signed out: on to the sign-in page, with the code kept.
            let away = try await visitor.post(
                "/device", form: ParameterList(["user_code": userCode, "csrf": token, "decision": "allow"]),
                house.client)
            #expect(away.status == .seeOther)
            #expect(away.headers[.location]?.hasPrefix("/auth/sign-in?return=%2Fdevice%3Fuser_code%3D") == true)
            // Signed in, but the form is not the one of this session's page: the page is shown, nothing decided.
            var browser = try await signedIn(house)
            let own = try await browser.get("/device?user_code=" + userCode, house.client)
            let shown = try await browser.post(
                "/device",
                form: ParameterList([
                    "user_code": userCode, "csrf": try #require(own.formToken), "decision": "allow", "session": "x",
                ]), house.client)
            #expect(shown.field("session") != nil)
            // Without a form token nothing at all.
            let forged = try await browser.post(
                "/device", form: ParameterList(["user_code": userCode, "decision": "allow"]), house.client)
            #expect(forged.status == .forbidden)
            #expect(try await poll(house, try text(started, "device_code")).error == "authorization_pending")
        }
    }

    @Test func `guessing codes ends after ten misses of one person`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            var browser = try await signedIn(house)
            for _ in 0..<10 {
                #expect(try await look(house, "BBBB-BBBB", &browser).status == .badRequest)
            }
            #expect(try await look(house, try text(started, "user_code"), &browser).status == .tooManyRequests)
        }
    }

    @Test func `the device's session stands by itself and ends with everything`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addDevice(house)
            let started = try await start(house)
            var browser = try await signedIn(house)
            let page = try await look(house, try text(started, "user_code"), &browser)
            _ = try await decide(house, "allow", on: page, &browser)
            let body = try await poll(house, try text(started, "device_code")).json()
            let account = try await browser.get("/account", house.client)
            #expect(account.text.contains("television"))
            let out = try await browser.post(
                "/account",
                form: ParameterList(["action": "sign-out-everywhere", "csrf": try #require(account.formToken)]),
                house.client)
            #expect(out.status == .ok)
            let refreshed = try await house.token(
                ParameterList([
                    "grant_type": "refresh_token", "refresh_token": try text(body, "refresh_token"),
                    "client_id": "television",
                ]), as: nil)
            #expect(refreshed.error == "invalid_grant")
        }
    }

    @Test func `a client that is not registered for it, a foreign scope and a repeated parameter are refused`()
        async throws
    {
        try await House.run { house in
            try await addDevice(house)
            try await house.addClient("browser-app", secret: nil)
            let rows: [(ParameterList, String)] = [
                (ParameterList(["client_id": "browser-app"]), "unauthorized_client"),
                (ParameterList(["client_id": "television", "scope": "booking hall.window"]), "invalid_scope"),
                (ParameterList(["client_id": "nobody"]), "invalid_client"),
                (ParameterList(["client_id": "television", "scope": "openid", "scope": "openid"]), "invalid_request"),
                (ParameterList([:]), "invalid_client"),
            ]
            for (form, error) in rows {
                #expect(try await house.client.post("/oauth2/device_authorization", form: form).error == error)
            }
            #expect(try await house.client.get("/oauth2/device_authorization").status == .methodNotAllowed)
        }
    }

    @Test func `the code's address is drawn for devices that cannot`() async throws {
        try await House.run { house in
            try await addDevice(house)
            let started = try await start(house)
            let code = try text(started, "user_code")
            let picture = try await house.client.get("/device/qr?user_code=" + code)
            #expect(picture.status == .ok && picture.headers[.contentType]?.hasPrefix("image/svg+xml") == true)
            #expect(picture.headers[.cacheControl]?.contains("no-store") == true)
            #expect(picture.text == (try QRCode.svg(try text(started, "verification_uri_complete"))))
            #expect(try await house.client.get("/device/qr").status == .badRequest)
            #expect(try await house.client.get("/device/qr?user_code=%3Cscript%3E").status == .badRequest)
        }
    }
}
