import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Sign-in: passwords, throttling, forms (rules 8, 21, 22, 29, 30)")
struct LoginTests {
    /// One try from a browser of its own.
    private func attempt(
        _ house: House, _ name: String, _ password: String, _ browser: inout Browser
    ) async throws -> TestResponse {
        let page = try await browser.get("/login", house.client)
        var form = ParameterList(["username": name, "password": password])
        form.append("csrf", try #require(page.formToken))
        return try await browser.post("/login", form: form, house.client)
    }

    /// The page without what differs between any two renderings.
    private func plain(_ response: TestResponse, _ typed: String) -> String {
        response.text.replacing(response.formToken ?? "-", with: "").replacing(typed, with: "")
            .split(separator: "\n").filter { !$0.contains("/preferences?") }.joined(separator: "\n")
    }

    @Test func `an unknown name and a wrong password get the same answer`() async throws {
        try await House.run { house in
            try await house.addCitizen(phone: "19911111111")
            var browser = Browser()
            let wrong = try await attempt(house, "19911111111", "not the password", &browser)
            let unknown = try await attempt(house, "19900000099", "not the password", &browser)
            let staff = try await attempt(house, "nobody", "not the password", &browser)
            #expect(wrong.status == .badRequest)
            #expect(wrong.status == unknown.status && wrong.status == staff.status)
            #expect(plain(wrong, "19911111111") == plain(unknown, "19900000099"))
            #expect(plain(wrong, "19911111111") == plain(staff, "nobody"))
            #expect(!wrong.text.contains("not the password"))
            #expect(wrong.cookies["yimen-sso"] == nil)
        }
    }

    @Test func `a right password is answered with 303 and cookies that scripts cannot read`() async throws {
        try await House.run { house in
            try await house.addStaff()
            var browser = Browser()
            let response = try await attempt(house, "Officer.Jinan", House.password, &browser)
            #expect(response.status == .seeOther)
            let cookies = response.headers[values: .setCookie]
            let session = try #require(cookies.first { $0.hasPrefix("yimen-sso=") })
            #expect(session.contains("HttpOnly") && session.contains("SameSite=Lax") && session.contains("Path=/"))
            #expect(!session.contains("Max-Age"), "it ends with the browser")
        }
    }

    @Test func `a form without its token, or from another site, signs nobody in`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            var browser = Browser()
            let page = try await browser.get("/login", house.client)
            let good = ParameterList(["username": "19900000001", "password": House.password])
            #expect(try await house.client.post("/login", form: good, browser.headers).status == .forbidden)
            let token = try #require(page.formToken)
            var headers = browser.headers
            headers[HTTPField.Name("sec-fetch-site")!] = "cross-site"
            let cross = try await house.client.post("/login", form: good.adding("csrf", token), headers)
            #expect(cross.status == .forbidden)
            var stranger = Browser()
            _ = try await stranger.get("/login", house.client)
            let foreign = try await house.client.post("/login", form: good.adding("csrf", token), stranger.headers)
            #expect(foreign.status == .forbidden)
        }
    }

    @Test(arguments: Backend.available)
    func `strangers lock themselves out and not the person's own device`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var own = Browser()
            _ = try await house.code(Attempt(), &own)
            var stranger = Browser()
            for _ in 0..<10 {
                #expect(try await attempt(house, "19900000001", "guess", &stranger).status == .badRequest)
            }
            let refused = try await attempt(house, "19900000001", House.password, &stranger)
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] != nil)
            let page = try await house.authorize(Attempt().with("prompt", "login"), &own)
            #expect(try await house.signIn(page, &own).answer != nil)
            house.clock.advance(by: .minutes(16))
            #expect(try await attempt(house, "19900000001", House.password, &stranger).status == .seeOther)
        }
    }

    @Test(arguments: Backend.available)
    func `in a burst past the limit a wrong password looks like the right one`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        var browser = Browser()
                        return try await attempt(house, "19900000001", "guess", &browser).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // Ten are told that it was wrong; the others learn nothing, however they raced.
            #expect(statuses.count { $0 == .badRequest } == 10)
            #expect(statuses.count { $0 == .tooManyRequests } == 14)
        }
    }

    @Test func `unknown names are throttled like known ones, and an address by itself`() async throws {
        try await House.run(settings: { $0.throttle.address = 15 }) { house in
            var browser = Browser()
            for _ in 0..<10 { _ = try await attempt(house, "19900000077", "guess", &browser) }
            #expect(try await attempt(house, "19900000077", "guess", &browser).status == .tooManyRequests)
            for index in 0..<5 { _ = try await attempt(house, "name-\(index)", "guess", &browser) }
            #expect(try await attempt(house, "another", "guess", &browser).status == .tooManyRequests)
        }
    }

    @Test func `names that can be nobody's count against the address`() async throws {
        try await House.run(settings: { $0.throttle.address = 5 }) { house in
            try await house.addCitizen()
            var browser = Browser()
            for name in ["张三", "é", String(repeating: "a", count: 65), "张三", "\u{7f}"] {
                #expect(try await attempt(house, name, "guess", &browser).status == .badRequest)
            }
            #expect(try await attempt(house, "张三", "guess", &browser).status == .tooManyRequests)
            #expect(try await attempt(house, "19900000001", "guess", &browser).status == .tooManyRequests)
        }
    }

    @Test func `an IPv6 network is one address`() {
        let throttle = SignInThrottle(limits: .init(), crypto: House.crypto)
        func address(_ text: String) -> String {
            throttle.buckets(name: "a", address: text, deviceHash: "d").address
        }
        #expect(address("2001:db8:0:1::1") == address("2001:db8:0:1:ffff::2"))
        #expect(address("2001:db8:0:1::1") != address("2001:db8:0:2::1"))
        #expect(address("::ffff:192.0.2.1") == address("192.0.2.1"))
        #expect(address("192.0.2.1") != address("192.0.2.2"))
    }

    @Test(arguments: Backend.available)
    func `a stranger who uses up an address does not keep a known device out`(backend: Backend) async throws {
        try await House.run(backend, settings: { $0.throttle.address = 6 }) { house in
            try await house.addCitizen()
            try await house.addClient()
            var own = Browser()
            _ = try await house.code(Attempt(), &own)
            var stranger = Browser()
            for number in 0..<6 { _ = try await attempt(house, "name-\(number)", "guess", &stranger) }
            // The address is used up for everybody who is new here, the right password or not …
            #expect(try await attempt(house, "19900000001", House.password, &stranger).status == .tooManyRequests)
            // … and not for the device that the person has used before, at the very same address.
            let page = try await house.authorize(Attempt().with("prompt", "login"), &own)
            #expect(try await house.signIn(page, &own).answer != nil)
        }
    }

    @Test(arguments: Backend.available)
    func `sixty-four sign-ins of one person at once all succeed`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        var browser = Browser()
                        return try await attempt(house, "19900000001", House.password, &browser).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count == 64)
            #expect(statuses.allSatisfy { $0 == .seeOther })
        }
    }

    @Test func `a locked person cannot sign in and their session is over`() async throws {
        try await House.run { house in
            let sub = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            try await house.database.transaction {
                _ = try $0.execute("UPDATE identity_person SET state = 'locked' WHERE id = $1", sub)
            }
            #expect(try await house.authorize(Attempt(), &browser).page != nil)
            #expect(try await attempt(house, "19900000001", House.password, &browser).status == .badRequest)
        }
    }

    @Test func `a session ends when idle and in any case after its life`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            for _ in 0..<11 {
                house.clock.advance(by: .minutes(64))
                #expect(try await house.authorize(Attempt(), &browser).answer != nil)
            }
            house.clock.advance(by: .minutes(64))
            #expect(try await house.authorize(Attempt(), &browser).page != nil)
            var idle = Browser()
            _ = try await house.code(Attempt(), &idle)
            house.clock.advance(by: .minutes(121))
            #expect(try await house.authorize(Attempt(), &idle).page != nil)
        }
    }

    @Test func `a page that was left open too long says so`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let page = try await house.authorize(Attempt(), &browser)
            house.clock.advance(by: .minutes(31))
            let answer = try #require(try await house.signIn(page, &browser).page)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains("登录页面已失效"))
        }
    }

    @Test func `overload is answered at once with a friendly page that keeps the sign-in`() async throws {
        let full = PasswordHashing(
            settings: .init(
                parameters: PasswordParameters(memoryKiB: 64, passes: 1, lanes: 1), threads: 1, queueLimit: 0))
        try await House.run(passwords: full) { house in
            try await house.addCitizen()
            let statuses = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        var browser = Browser()
                        return try await attempt(house, "19900000001", House.password, &browser)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0.status == .seeOther || $0.status == .serviceUnavailable })
            for busy in statuses where busy.status == .serviceUnavailable {
                #expect(busy.headers[.retryAfter] != nil)
                #expect(busy.text.contains("name=\"password\"") && busy.text.contains("现在登录的人很多"))
            }
        }
    }

    @Test func `pages carry the policy of rule 23`() async throws {
        try await House.run { house in
            let page = try await house.client.get("/login", [.accept: "text/html"])
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'self'"))
            #expect(!policy.contains("unsafe-inline"))
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(page.headers[HTTPField.Name("x-frame-options")!] == "DENY")
            #expect(page.headers[HTTPField.Name("referrer-policy")!] == "no-referrer")
        }
    }
}
