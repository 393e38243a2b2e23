import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

@Suite("OpenID Connect CIBA Core 1.0")
struct CIBATests {
    private static let grant = "urn:openid:params:grant-type:ciba"

    private func addBank(_ house: House, ping: Bool = false) async throws {
        let client = try await house.addClient("bank") {
            $0.redirectURIs = []
            $0.grants = [Self.grant, "refresh_token"]
        }
        guard ping else { return }
        var changed = client
        changed.policy.cibaDelivery = "ping"
        changed.policy.cibaNotificationURI = "https://bank.example/ping"
        let now = house.clock.now()
        try await house.database.transaction { [changed] in try ClientStore.put(changed, at: now, in: $0) }
        try await house.provider.clients.refresh()
    }

    private func ask(
        _ house: House, _ change: (inout ParameterList) -> Void = { _ in }, as client: String = "bank"
    ) async throws -> TestResponse {
        var form = ParameterList(["scope": "openid profile", "login_hint": "19900000001"])
        change(&form)
        return try await house.client.send(
            .post, "/oauth2/bc-authorize",
            [.contentType: ParameterList.formType, .authorization: house.basic(client + ":" + House.secret)],
            body: form.encoded)
    }

    private func poll(_ house: House, _ id: String, as client: String = "bank") async throws -> TestResponse {
        try await house.token(
            ParameterList(["grant_type": Self.grant, "auth_req_id": id]), as: client + ":" + House.secret)
    }

    private func signedIn(_ house: House, name: String = "19900000001") async throws -> Browser {
        if try await house.provider.clients.find("department") == nil { try await house.addClient() }
        var browser = Browser()
        _ = try await house.code(Attempt(), name: name, &browser)
        return browser
    }

    private func decide(_ house: House, _ decision: String, _ browser: inout Browser) async throws -> TestResponse {
        let page = try await browser.get("/approvals", house.client)
        let form = ParameterList([
            "approval": try #require(page.field("approval")), "csrf": try #require(page.formToken),
            "decision": decision,
        ])
        return try await browser.post("/approvals", form: form, house.client)
    }

    private func id(_ response: TestResponse) throws -> String {
        #expect(response.status == .ok, "\(response.text)")
        return try #require(try response.json()["auth_req_id"]?.stringValue)
    }

    @Test(arguments: Backend.available)
    func `the person compares the message, allows it, and the system collects once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await addBank(house)
            let asked = try await ask(house) { $0.append("binding_message", "柜台 3 · W4SCT") }
            let id = try id(asked)
            #expect(try asked.json()["expires_in"]?.integerValue == 120)
            #expect(try asked.json()["interval"]?.integerValue == 5)
            #expect(try await poll(house, id).error == "authorization_pending")
            #expect(try await poll(house, id).error == "slow_down")
            // The person is told; the message names the system alone.
            let messages = try await house.database.read {
                try $0.query("SELECT payload FROM storage_outbox WHERE topic = $1", TextMessages.topic)
                    .map { try $0.text("payload") }
            }
            #expect(messages.count == 1 && messages[0].contains(sub) && !messages[0].contains("W4SCT"))

            var browser = try await signedIn(house)
            let page = try await browser.get("/approvals", house.client)
            #expect(page.text.contains("柜台 3 · W4SCT") && page.text.contains("bank"))
            #expect(try await decide(house, "allow", &browser).status == .ok)
            let answer = try await poll(house, id)
            #expect(answer.status == .ok, "\(answer.text)")
            let token = try #require(try answer.json()["id_token"]?.stringValue)
            #expect(try house.claims(token)["sub"]?.stringValue == sub)
            #expect(try await poll(house, id).error == "invalid_grant")
        }
    }

    @Test func `a refusal, an expiry and another client's request give nothing`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addBank(house)
            try await house.addClient("other") {
                $0.redirectURIs = []
                $0.grants = [Self.grant]
            }
            let first = try id(try await ask(house))
            #expect(try await poll(house, first, as: "other").error == "invalid_grant")
            var browser = try await signedIn(house)
            #expect(try await decide(house, "deny", &browser).status == .ok)
            #expect(try await poll(house, first).error == "access_denied")
            let second = try id(try await ask(house) { $0.append("requested_expiry", "30") })
            house.clock.advance(by: .seconds(31))
            #expect(try await poll(house, second).error == "expired_token")
            let page = try await browser.get("/approvals", house.client)
            #expect(page.field("approval") == nil)
        }
    }

    @Test func `nobody else can see or decide it`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await addBank(house)
            let id = try id(try await ask(house))
            var owner = try await signedIn(house)
            let page = try await owner.get("/approvals", house.client)
            let approval = try #require(page.field("approval"))
            var stranger = try await signedIn(house, name: "19900000002")
            let empty = try await stranger.get("/approvals", house.client)
            #expect(empty.field("approval") == nil)
            let account = try await stranger.get("/account", house.client)
            let answer = try await stranger.post(
                "/approvals",
                form: ParameterList([
                    "approval": approval, "decision": "allow", "csrf": try #require(account.formToken),
                ]), house.client)
            #expect(answer.status == .badRequest)
            #expect(try await poll(house, id).error == "authorization_pending")
        }
    }

    @Test func `bad requests get the errors of section 13`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addBank(house)
            try await house.addClient("web-only")
            let rows: [(String, (inout ParameterList) -> Void)] = [
                ("invalid_request", { $0 = ParameterList(["scope": "openid"]) }),
                ("invalid_request", { $0.append("id_token_hint", "x.y.z") }),
                ("invalid_request", { $0 = ParameterList(["scope": "openid", "login_hint_token": "x"]) }),
                ("invalid_request", { $0 = ParameterList(["scope": "openid", "id_token_hint": "x.y.z"]) }),
                ("invalid_scope", { $0 = ParameterList(["scope": "profile", "login_hint": "19900000001"]) }),
                ("unknown_user_id", { $0 = ParameterList(["scope": "openid", "login_hint": "19900000009"]) }),
                ("invalid_binding_message", { $0.append("binding_message", String(repeating: "x", count: 61)) }),
                ("invalid_binding_message", { $0.append("binding_message", "a\u{202E}b") }),
                ("invalid_request", { $0.append("requested_expiry", "-1") }),
                ("invalid_request", { $0.append("requested_expiry", "soon") }),
                ("invalid_request", { $0.append("scope", "openid") }),
            ]
            for (error, change) in rows {
                let answer = try await ask(house, change)
                #expect(answer.error == error, "\(answer.text)")
            }
            #expect(try await ask(house, as: "web-only").error == "unauthorized_client")
            let anonymous = try await house.client.post(
                "/oauth2/bc-authorize", form: ParameterList(["scope": "openid", "login_hint": "19900000001"]))
            #expect(anonymous.status == .unauthorized)
            #expect(try await house.client.get("/oauth2/bc-authorize").status == .methodNotAllowed)
        }
    }

    @Test(arguments: Backend.available)
    func `five requests wait for one person, not more, also when all come at once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await addBank(house)
            let answers = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let answer = try await ask(house)
                        return answer.status == .ok ? nil : answer.error
                    }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(answers.count { $0 == nil } == 5)
            #expect(answers.compactMap { $0 }.allSatisfy { $0 == "access_denied" })
        }
    }

    @Test func `a system in ping mode is told once with its own token, and then collects`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await addBank(house, ping: true)
            #expect(try await ask(house).error == "invalid_request")
            let token = "8d67dc78-7faa-4d41-aabd-67707b374255"
            let id = try id(try await ask(house) { $0.append("client_notification_token", token) })
            var browser = try await signedIn(house)
            #expect(try await decide(house, "allow", &browser).status == .ok)
            let rows = try await house.database.read {
                try $0.query("SELECT id, payload FROM storage_outbox WHERE topic = $1", CIBAPing.topic)
                    .map { (try $0.text("id"), try $0.text("payload")) }
            }
            let (message, payload) = try #require(rows.first)
            // Neither the token nor the id lies open in the outbox.
            #expect(rows.count == 1 && !payload.contains(token) && !payload.contains(id))
            for status in [204, 401, 403, 302] {
                house.outbound.answerWith(status)
                try await house.provider.cibaPing.deliver(
                    OutboxMessage(id: message, topic: CIBAPing.topic, payload: payload, attempt: 1))
            }
            let posted = try #require(house.outbound.notices.first)
            #expect(posted.uri == "https://bank.example/ping" && posted.bearer == token)
            #expect(posted.body == JSONValue.object(["auth_req_id": .string(id)]))
            #expect(try await poll(house, id).status == .ok)
        }
    }
}
