import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Identity rule 32: a change of password")
struct PasswordTests {
    private static let fresh = "梅花开在北风里 and tea"

    private func change(
        _ house: House, _ browser: inout Browser, old: String = House.password, new: String = PasswordTests.fresh,
        repeated: String? = nil
    ) async throws -> TestResponse {
        let page = try await browser.get("/account/password", house.client)
        guard let token = page.formToken else { return page }
        let form = ParameterList(["current": old, "new": new, "repeated": repeated ?? new, "csrf": token])
        return try await browser.post("/account/password", form: form, house.client)
    }

    private func signIn(_ house: House, _ password: String) async throws -> HTTPResponse.Status {
        var browser = Browser()
        let page = try await browser.get("/login", house.client)
        let form = ParameterList([
            "username": "19900000001", "password": password, "csrf": try #require(page.formToken),
        ])
        return try await browser.post("/login", form: form, house.client).status
    }

    private func waiting(_ house: House, _ topic: String) async throws -> Int {
        try await house.database.read {
            try $0.query("SELECT payload FROM storage_outbox WHERE topic = $1", topic).count
        }
    }

    @Test(arguments: Backend.available)
    func `ends other sessions and every refresh family, tells systems and the person`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient {
                $0.scopes = ["openid", "profile", "offline_access"]
                $0.backchannelLogoutURI = "https://department.example/out"
            }
            let offline = Attempt().with("scope", "openid offline_access")
            var other = Browser()
            let there = try await house.tokens(offline, &other)
            var own = Browser()
            let here = try await house.tokens(Attempt(), &own)
            let oldHandle = own.cookies["yimen-sso"]

            let done = try await change(house, &own)
            #expect(done.status == .ok)
            #expect(done.text.contains("密码已修改"))
            #expect(own.cookies["yimen-sso"] != oldHandle)
            try await house.provider.revocations.refresh()
            for answer in [there, here] {
                let refresh = try #require(answer["refresh_token"]?.stringValue)
                #expect(try await house.refresh(refresh).error == "invalid_grant")
                let access = try #require(answer["access_token"]?.stringValue)
                #expect(try await house.userInfo(access).status == .unauthorized)
            }
            #expect(try await house.authorize(Attempt(), &other).page != nil, "signed out elsewhere")
            #expect(try await house.authorize(Attempt(), &own).answer != nil, "still signed in here")
            #expect(try await waiting(house, BackchannelLogout.topic) == 1)
            #expect(try await waiting(house, AccountNotice.topic) == 1)
            let events = try await house.database.read {
                try $0.query(
                    "SELECT actor FROM identity_audit_event WHERE kind = 'password.changed' AND subject = $1", sub
                )
                .map { try $0.text("actor") }
            }
            #expect(events == [sub])
            #expect(try await signIn(house, House.password) == .badRequest)
            #expect(try await signIn(house, Self.fresh) == .seeOther)
        }
    }

    @Test func `asks for a sign-in of the last five minutes, also when the form is sent`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            let wanted = "/auth/sign-in?return=%2Faccount%2Fpassword&max_age=300"
            #expect(try await house.client.get("/account/password").headers[.location] == wanted)
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let page = try await browser.get("/account/password", house.client)
            #expect(page.status == .ok)
            house.clock.advance(by: .minutes(5) + .seconds(1))
            #expect(try await browser.get("/account/password", house.client).headers[.location] == wanted)
            let form = ParameterList([
                "current": House.password, "new": Self.fresh, "repeated": Self.fresh,
                "csrf": try #require(page.formToken),
            ])
            let late = try await browser.post("/account/password", form: form, house.client)
            #expect(late.headers[.location] == wanted)
            #expect(try await signIn(house, House.password) == .seeOther)
            // Signing in once more leads back to the page.
            let again = try await browser.followFlow(wanted, origin: House.issuer, house.client)
            guard case .page(let form, "/account/password") = try await house.signIn(again, &browser) else {
                Issue.record("not the password page")
                return
            }
            #expect(form.status == .ok)
        }
    }

    @Test(
        arguments: [
            ("wrong password", fresh, fresh, "当前密码不正确"), (House.password, fresh, "another one 42", "两次输入的新密码不一致"),
            (House.password, "short", "short", "至少需要 8 个字符"), (House.password, "woaini1314", "woaini1314", "太常见"),
            (House.password, "1qaz2wsx3edc", "1qaz2wsx3edc", "键盘顺序"),
            (House.password, "tel 19900000001", "tel 19900000001", "手机号"),
            (House.password, House.password, House.password, "相同"), ("", "", "", "请填写全部三项"),
        ])
    func `what is wrong is said, and nothing changes`(old: String, new: String, repeated: String, text: String)
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let answer = try await change(house, &browser, old: old, new: new, repeated: repeated)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(text), "\(answer.text)")
            #expect(new.isEmpty || !answer.text.contains("value=\"\(new)"))
            #expect(try await signIn(house, House.password) == .seeOther)
            #expect(try await waiting(house, AccountNotice.topic) == 0)
        }
    }

    @Test func `in English too`() async throws {
        try await House.run { house in
            try await house.addStaff()
            var browser = Browser()
            let page = try await browser.followFlow("/auth/sign-in", origin: House.issuer, house.client)
            _ = try await house.signIn(page, name: "officer.jinan", &browser)
            _ = try await browser.get("/preferences?lang=en&return=%2F", house.client)
            let answer = try await change(house, &browser, new: "kx7#vTq2mW!")
            #expect(answer.text.contains("it needs at least 12 characters"))
        }
    }

    @Test(arguments: Backend.available)
    func `the old password cannot be found out by trying`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            for _ in 0..<10 { #expect(try await change(house, &browser, old: "guess").status == .badRequest) }
            let answer = try await change(house, &browser)
            #expect(answer.status == .tooManyRequests)
            #expect(answer.headers[.retryAfter] != nil)
            #expect(try await signIn(house, House.password) == .seeOther)
        }
    }

    @Test(arguments: Backend.available)
    func `of several changes at once one wins`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let token = try #require(try await browser.get("/account/password", house.client).formToken)
            let headers = browser.headers
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let new = "\(Self.fresh) \(number)"
                        let form = ParameterList([
                            "current": House.password, "new": new, "repeated": new, "csrf": token,
                        ])
                        return try await house.client.post("/account/password", form: form, headers).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == .ok } == 1, "\(statuses)")
            #expect(try await waiting(house, AccountNotice.topic) == 1)
        }
    }

    @Test func `a form from elsewhere changes nothing`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let form = ParameterList(["current": House.password, "new": Self.fresh, "repeated": Self.fresh])
            #expect(try await house.client.post("/account/password", form: form, browser.headers).status == .forbidden)
        }
    }
}
