import Core
import HTTPTypes
import HummingbirdTesting
import Logging
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §3.1.2.4 consent")
struct ConsentTests {
    /// A system outside the province's own.
    private func withClient(
        _ backend: Backend = .sqlite, _ body: @Sendable @escaping (House, String) async throws -> Void
    ) async throws {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await house.addClient { $0.scopes = ["openid", "profile", "phone", "offline_access"] }
            try await house.change {
                $0.name = "社区医院"
                $0.policy.requireConsent = true
                $0.policy.audiences = ["https://records.example/"]
                $0.profile.policyURI = "https://department.example/privacy"
                $0.profile.termsURI = "javascript:alert(1)"
                $0.profile.logoURI = "https://department.example/logo.png"
            }
            try await body(house, person)
        }
    }

    private func reachConsent(_ attempt: Attempt, _ house: House, _ browser: inout Browser) async throws
        -> FlowEnd
    {
        var end = try await house.authorize(attempt, &browser)
        if end.path?.hasPrefix("/login") == true { end = try await house.signIn(end, &browser) }
        #expect(end.path?.hasPrefix("/consent?request=") == true)
        return end
    }

    private func press(_ decision: String, _ end: FlowEnd, _ house: House, _ browser: inout Browser) async throws
        -> FlowEnd
    {
        try await house.press("decision", decision, on: end, at: "/consent", &browser)
    }

    @Test(arguments: Backend.available)
    func `a system is allowed once, asked again only for more, and told apart by person`(backend: Backend)
        async throws
    {
        try await withClient(backend) { house, _ in
            var browser = Browser()
            let page = try #require(try await reachConsent(Attempt(), house, &browser).page)
            #expect(page.text.contains("社区医院") && page.text.contains("看到您的姓名"))
            #expect(!page.text.contains("看到您的手机号"))
            #expect(page.text.contains("测*甲"))
            #expect(page.text.contains("href=\"https://department.example/privacy\""))
            // Neither a script nor a picture that would tell another site who reads this.
            #expect(!page.text.contains("javascript:") && !page.text.contains("logo.png"))
            let end = try await reachConsent(Attempt(), house, &browser)
            #expect(try await press("allow", end, house, &browser).answer?.single("code") != nil)
            #expect(try await house.auditEvents("consent.given") == 1)
            #expect(try await house.authorize(Attempt(), &browser).answer?.single("code") != nil)
            #expect(try await house.authorize(Attempt().with("scope", "openid"), &browser).answer != nil)
            // More is asked for.
            for more in [
                Attempt().with("scope", "openid profile phone"),
                Attempt().with("claims", #"{"userinfo":{"phone_number":null}}"#),
                Attempt().with("resource", "https://records.example/"),
            ] {
                let again = try await reachConsent(more, house, &browser)
                #expect(try await press("allow", again, house, &browser).answer?.single("code") != nil)
                #expect(try await house.authorize(more, &browser).answer?.single("code") != nil)
            }
            // Somebody else has allowed nothing.
            try await house.addCitizen(phone: "19900000002")
            var other = Browser()
            let theirs = try await house.signIn(
                try await house.authorize(Attempt(), &other), name: "19900000002", &other)
            #expect(theirs.path?.hasPrefix("/consent") == true)
        }
    }

    @Test(arguments: Backend.available)
    func `who does not allow it sends access_denied back, and nothing is remembered`(backend: Backend) async throws {
        try await withClient(backend) { house, _ in
            var browser = Browser()
            let end = try await reachConsent(Attempt(), house, &browser)
            let denied = try await press("deny", end, house, &browser)
            #expect(try denied.answer?.single("error") == "access_denied")
            #expect(try denied.answer?.single("state") == "st/ate 1")
            #expect(try denied.answer?.single("iss") == House.issuer)
            #expect(try await house.auditEvents("authorization.refused") == 1)
            // The page has been answered: the other button does nothing any more.
            #expect(try await press("allow", end, house, &browser).page?.status == .ok)
            _ = try await reachConsent(Attempt(), house, &browser)
        }
    }

    @Test func `prompt=consent asks every time, prompt=none says consent_required`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            let end = try await reachConsent(Attempt(), house, &browser)
            let silent = Attempt().with("prompt", "none")
            #expect(try await house.authorize(silent, &browser).answer?.single("error") == "consent_required")
            _ = try await press("allow", end, house, &browser)
            #expect(try await house.authorize(silent, &browser).answer?.single("code") != nil)
            let asked = try await reachConsent(Attempt().with("prompt", "consent"), house, &browser)
            #expect(try await press("allow", asked, house, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `Core §11 offline_access is asked for by every system, and dropped without refresh tokens`() async throws
    {
        try await withClient { house, _ in
            try await house.change { $0.policy.requireConsent = nil }
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let offline = Attempt().with("scope", "openid offline_access")
            let end = try await reachConsent(offline, house, &browser)
            #expect(end.page?.text.contains("退出登录后，该系统仍可继续使用") == true)
            #expect(try await press("allow", end, house, &browser).answer?.single("code") != nil)
            #expect(try await house.authorize(offline, &browser).answer?.single("code") != nil)
            try await house.change { $0.grants = [.authorizationCode] }
            let body = try await house.tokens(offline, &browser)
            #expect(body["scope"]?.stringValue == "openid" && body["refresh_token"] == nil)
        }
    }

    @Test func `Yimen's own pages never ask`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            var browser = Browser()
            let end = try await browser.followFlow("/account", origin: House.issuer, house.client)
            #expect(try await house.signIn(end, &browser).page?.text.contains("测*甲") == true)
        }
    }

    @Test func `a form without its token, or made for another session, allows nothing`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            let page = try #require(try await reachConsent(Attempt(), house, &browser).page)
            let request = try #require(page.field("request"))
            let bare = ParameterList(["decision": "allow", "request": request])
            #expect(try await browser.post("/consent", form: bare, house.client).status == .forbidden)
            let marked = bare.adding("csrf", try #require(page.formToken)).adding("session", "another")
            let again = try await browser.post("/consent", form: marked, house.client)
            #expect(again.headers[.location]?.hasPrefix("/consent?request=") == true)
            #expect(try await house.auditEvents("consent.given") == 0)
        }
    }

    @Test(arguments: Backend.available)
    func `taking access back ends tokens, families and sessions, and the system must ask again`(backend: Backend)
        async throws
    {
        try await withClient(backend) { house, _ in
            var browser = Browser()
            let attempt = Attempt().with("scope", "openid profile offline_access")
            let end = try await reachConsent(attempt, house, &browser)
            let code = try #require(try await press("allow", end, house, &browser).answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            // A code that has not been redeemed yet.
            let pending = try #require(try await house.authorize(attempt, &browser).answer?.single("code"))
            let page = try await house.open("/account/access", &browser)
            #expect(page.page?.text.contains("社区医院") == true)
            #expect(page.page?.text.contains("看到您的姓名") == true)
            let after = try await house.press("client", "department", on: page, at: "/account/access", &browser)
            #expect(after.page?.text.contains("社区医院") == false)
            try await house.provider.revocations.refresh()
            let token = try #require(body["access_token"]?.stringValue)
            #expect(try await house.userInfo(token).status == .unauthorized)
            let refresh = try #require(body["refresh_token"]?.stringValue)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            #expect(try await house.token(house.tokenForm(code: pending)).error == "invalid_grant")
            #expect(try await house.auditEvents("consent.withdrawn") == 1)
            _ = try await reachConsent(attempt, house, &browser)
        }
    }

    @Test(arguments: Backend.available)
    func `taking back while a code is issued leaves nothing behind`(backend: Backend) async throws {
        try await withClient(backend) { house, person in
            var browser = Browser()
            _ = try await press("allow", try await reachConsent(Attempt(), house, &browser), house, &browser)
            let headers = browser.headers
            let registry = ConsentRegistry(
                database: house.database, logger: Logger(label: "test.consent"), surroundings: house.surroundings)
            for _ in 0..<10 {
                async let answered = house.client.get(Attempt().uri, headers)
                async let withdrawn = registry.withdraw("department", of: person, by: person)
                let (response, _) = (try await answered, try await withdrawn)
                if let location = response.headers[.location], location.contains("code=") {
                    let query = location.split(separator: "?").last.map(String.init)
                    let code = try #require(try ParameterList(query: query).single("code"))
                    let redeemed = try await house.token(house.tokenForm(code: code))
                    // Either the code came first and died with the session, or the withdrawal did.
                    #expect(redeemed.error == "invalid_grant")
                }
                let open = try await house.database.read {
                    try RelyingSessionStore.open(of: person, client: "department", in: $0)
                }
                #expect(open.isEmpty)
                _ = try await press("allow", try await reachConsent(Attempt(), house, &browser), house, &browser)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `taking back while codes are redeemed leaves no token alive`(backend: Backend) async throws {
        try await withClient(backend) { house, person in
            var browser = Browser()
            let attempt = Attempt().with("scope", "openid offline_access")
            let registry = ConsentRegistry(
                database: house.database, logger: Logger(label: "test.consent"), surroundings: house.surroundings)
            for _ in 0..<8 {
                let end = try await reachConsent(attempt, house, &browser)
                var codes = [try #require(try await press("allow", end, house, &browser).answer?.single("code"))]
                for _ in 0..<4 {
                    codes.append(try #require(try await house.authorize(attempt, &browser).answer?.single("code")))
                }
                let answers = try await withThrowingTaskGroup(of: TestResponse?.self) { group in
                    for (index, code) in codes.enumerated() {
                        group.addTask { try await house.token(house.tokenForm(code: code)) }
                        guard index == 2 else { continue }
                        group.addTask {
                            let hadSomething = try await registry.withdraw("department", of: person, by: person)
                            #expect(hadSomething)
                            return nil
                        }
                    }
                    return try await group.reduce(into: [TestResponse]()) { all, answer in
                        if let answer { all.append(answer) }
                    }
                }
                try await house.provider.revocations.refresh()
                for answer in answers {
                    guard answer.status == .ok else {
                        #expect(answer.error == "invalid_grant")
                        continue
                    }
                    let body = try answer.json()
                    let access = try #require(body["access_token"]?.stringValue)
                    #expect(try await house.userInfo(access).status == .unauthorized)
                    let refresh = try #require(body["refresh_token"]?.stringValue)
                    #expect(try await house.refresh(refresh).error == "invalid_grant")
                }
                #expect(try await house.count("identity_refresh_family", where: "revoked_at_ms IS NULL") == 0)
            }
        }
    }

    @Test func `the API lists and takes back with the scope account, and nothing without`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            _ = try await press("allow", try await reachConsent(Attempt(), house, &browser), house, &browser)
            try await house.addClient("app") { $0.scopes = ["openid", "account", "booking"] }
            func token(_ scope: String) async throws -> HTTPFields {
                let attempt = Attempt(client: "app", redirectURI: "https://app.example/callback").with("scope", scope)
                let body = try await house.tokens(attempt, &browser)
                return [.authorization: "Bearer " + (try #require(body["access_token"]?.stringValue))]
            }
            let weak = try await token("openid booking")
            #expect(try await house.client.get("/api/v1/consents", weak).status == .forbidden)
            #expect(try await house.client.get("/api/v1/consents").status == .unauthorized)
            let good = try await token("openid account")
            let list = try await house.client.get("/api/v1/consents", good).json()["consents"]?.arrayValue
            #expect(list?.count == 1)
            #expect(list?.first?["client"]?.stringValue == "department")
            #expect(list?.first?["name"]?.stringValue == "社区医院")
            #expect(list?.first?["allowed"]?.arrayValue == ["scope:openid", "scope:profile"])
            #expect(list?.first?["lasting"]?.boolValue == false)
            #expect(try await house.client.send(.delete, "/api/v1/consents/department", good).status == .noContent)
            #expect(try await house.client.send(.delete, "/api/v1/consents/department", good).status == .notFound)
            let left = try await house.client.get("/api/v1/consents", good).json()["consents"]?.arrayValue
            #expect(left == [])
        }
    }

    @Test func `a system registered anew under an old id must ask again`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            _ = try await press("allow", try await reachConsent(Attempt(), house, &browser), house, &browser)
            let client = try #require(try await house.provider.clients.find("department"))
            #expect(try await house.provider.registry.remove("department"))
            try await house.put(client)
            _ = try await reachConsent(Attempt(), house, &browser)
        }
    }

    @Test func `a sign-in asked for by prompt=login counts for the page that comes after it`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            let end = try await reachConsent(Attempt().with("prompt", "login"), house, &browser)
            #expect(try await press("allow", end, house, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `without a session the page of systems with access sends to sign in`() async throws {
        try await House.run { house in
            let response = try await house.client.get("/account/access", [.accept: "text/html"])
            #expect(response.headers[.location] == "/auth/sign-in?return=%2Faccount%2Faccess")
        }
    }

    @Test func `the page speaks the language that the system asks for`() async throws {
        try await withClient { house, _ in
            var browser = Browser()
            let end = try await reachConsent(Attempt().with("ui_locales", "en-GB"), house, &browser)
            #expect(end.page?.text.contains("See your name") == true)
            #expect(end.page?.text.contains("lang=\"en\"") == true)
        }
    }
}
