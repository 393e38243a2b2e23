import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §3.1 code flow")
struct SignInFlowTests {
    @Test(arguments: Backend.available)
    func `a citizen signs in once and gets a code, tokens and userinfo`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let end = try await house.authorize(Attempt(), &browser)
            let page = try #require(end.page)
            #expect(page.status == .ok)
            #expect(page.text.contains("name=\"password\""))
            let answer = try #require(try await house.signIn(end, &browser).answer)
            #expect(try answer.single("state") == "st/ate 1")
            #expect(try answer.single("iss") == House.issuer)
            let code = try #require(try answer.single("code"))
            #expect(code.utf8.count >= 43)

            let tokens = try await house.token(house.tokenForm(code: code))
            #expect(tokens.status == .ok, "\(tokens.text)")
            #expect(tokens.headers[.cacheControl] == "no-store")
            let body = try tokens.json()
            #expect(body["token_type"]?.stringValue == "Bearer")
            let idToken = try house.claims(try #require(body["id_token"]?.stringValue))
            #expect(idToken["sub"]?.stringValue == sub)
            #expect(idToken["nonce"]?.stringValue == "n-1")
            #expect(idToken["aud"]?.stringValue == "department")
            #expect(idToken["acr"]?.stringValue == "L2")
            #expect(idToken["sid"] != nil)
            #expect(idToken["name"] == nil)

            let info = try await house.userInfo(try #require(body["access_token"]?.stringValue))
            #expect(info.status == .ok)
            #expect(try info.json()["sub"]?.stringValue == sub)
            #expect(try info.json()["name"]?.stringValue == "测试甲")
            #expect(try info.json()["phone_number"] == nil)
        }
    }

    @Test(arguments: Backend.available)
    func `a hash of other parameters is replaced at the next sign-in`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient()
            let stored = { try await house.database.read { try PersonStore.findWithPassword(sub, in: $0) } }
            let before = try #require(try await stored())
            let dear = PasswordHashing(
                settings: .init(parameters: PasswordParameters(memoryKiB: 128, passes: 2, lanes: 1), threads: 1))
            let old = try await dear.hash(Secret(House.password))
            try await house.database.transaction {
                try PersonStore.replace(phc: before.phc ?? "", with: old, of: sub, in: $0)
            }
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let after = try #require(try await stored())
            let phc = try #require(after.phc)
            #expect(phc != before.phc && phc.contains("$m=64,t=1,p=1$"))
            #expect(after.changedAt == before.changedAt)
            #expect(try await House.passwords.verify(Secret(House.password), against: phc) == .matches)
            _ = try await house.code(Attempt(), &browser)
            #expect(try await stored()?.phc == phc, "what is up to date stays")
        }
    }

    @Test func `who changes the language after a refusal keeps the way to the system`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let end = try await house.authorize(Attempt(), &browser)
            let refused = try #require(try await house.signIn(end, password: "not the password", &browser).page)
            let handle = try #require(refused.field("request"))
            #expect(refused.text.contains("return=%2Flogin%3Frequest%3D\(handle)"), "\(refused.text)")
            let again = FlowEnd.page(try await browser.get("/login?request=\(handle)", house.client), path: "/login")
            #expect(try await house.signIn(again, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `a second system needs no second password`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let attempt = Attempt(client: "other", redirectURI: "https://other.example/callback")
            let answer = try #require(try await house.authorize(attempt, &browser).answer)
            #expect(try answer.single("code") != nil)
        }
    }

    @Test func `ten tabs end in ten right places`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            for index in 0..<10 { try await house.addClient("system-\(index)") }
            var browser = Browser()
            var pages = [FlowEnd]()
            func attempt(_ index: Int) -> Attempt {
                Attempt(client: "system-\(index)", redirectURI: "https://system-\(index).example/callback")
                    .with("state", "tab-\(index)")
            }
            for index in 0..<10 { pages.append(try await house.authorize(attempt(index), &browser)) }
            for index in (0..<10).reversed() {
                let end = try await house.signIn(pages[index], &browser)
                let answer = try #require(end.answer)
                #expect(end.address?.hasPrefix("https://system-\(index).example/callback?") == true)
                #expect(try answer.single("state") == "tab-\(index)")
                let code = try #require(try answer.single("code"))
                let answered = try await house.token(
                    house.tokenForm(attempt(index), code: code), as: "system-\(index):" + House.secret)
                #expect(answered.status == .ok)
            }
        }
    }

    @Test func `a tab that was left open goes on by itself after another tab has signed in`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try await house.authorize(Attempt(), &browser)
            guard case .page(_, let waiting) = try await house.authorize(Attempt().with("state", "two"), &browser)
            else {
                Issue.record("no page")
                return
            }
            _ = try await house.signIn(first, &browser)
            let answer = try await browser.followFlow(waiting, origin: House.issuer, house.client).answer
            #expect(try answer?.single("state") == "two")
            #expect(try answer?.single("code") != nil)
        }
    }

    @Test func `a sign-in page works once and says so afterwards`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let page = try await house.authorize(Attempt(), &browser)
            #expect(try await house.signIn(page, &browser).answer != nil)
            let again = try await house.signIn(page, &browser)
            #expect(again.page?.status == .ok)
            #expect(again.page?.text.contains("已经登录过了") == true)
        }
    }

    @Test func `form_post hands the answer over in a page that escapes every value`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "form_post").with("state", "\"><script>alert(1)</script>")
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let page = try #require(end.page)
            #expect(page.text.contains("action=\"https://department.example/callback\""))
            #expect(page.text.contains("name=\"code\""))
            #expect(page.text.contains("name=\"iss\""))
            #expect(!page.text.contains("<script>alert"))
            let policy = page.headers[.contentSecurityPolicy]
            #expect(policy?.contains("form-action 'self' https://department.example") == true)
        }
    }

    @Test func `the sign-in cookie changes at every sign-in and carries no id`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let first = try #require(browser.cookies["yimen-sso"])
            _ = try await house.code(Attempt().with("prompt", "login"), &browser)
            let second = try #require(browser.cookies["yimen-sso"])
            #expect(first != second)
            let stale = try await house.client.get(Attempt().uri, [.cookie: "yimen-sso=" + first])
            #expect(stale.headers[.location]?.hasPrefix("/login?request=") == true)
        }
    }

    @Test func `Yimen's own pages sign in and out through the same endpoints as everybody`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            var browser = Browser()
            let end = try await browser.followFlow("/account", origin: House.issuer, house.client)
            let signedIn = try await house.signIn(end, &browser)
            #expect(signedIn.page?.text.contains("测*甲") == true)
            #expect(browser.cookies["yimen-page"] != nil && browser.cookies["yimen-sso"] != nil)
            let page = try await browser.get("/login", house.client)
            #expect(page.headers[.location] == "/account")
        }
    }
}
