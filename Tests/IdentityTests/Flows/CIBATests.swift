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
    @Test(arguments: Backend.available)
    func `the person compares the message, allows it, and the system collects once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addBank()
            let asked = try await house.ask { $0.append("binding_message", "柜台 3 · W4SCT") }
            let id = try asked.authReqID()
            #expect(try asked.json()["expires_in"]?.integerValue == 120)
            #expect(try asked.json()["interval"]?.integerValue == 5)
            #expect(try await house.collect(id).error == "authorization_pending")
            #expect(try await house.collect(id).error == "slow_down")
            // The person is told; the message names the system alone.
            let messages = try await house.database.read {
                try $0.query("SELECT payload FROM storage_outbox WHERE topic = $1", TextMessages.topic)
                    .map { try $0.text("payload") }
            }
            #expect(messages.count == 1 && messages[0].contains(sub) && !messages[0].contains("W4SCT"))

            var browser = try await house.signedIn()
            let page = try await browser.get("/approvals", house.client)
            #expect(page.text.contains("柜台 3 · W4SCT") && page.text.contains("bank"))
            #expect(try await house.decide("allow", &browser).status == .ok)
            let answer = try await house.collect(id)
            #expect(answer.status == .ok, "\(answer.text)")
            let token = try #require(try answer.json()["id_token"]?.stringValue)
            #expect(try house.claims(token)["sub"]?.stringValue == sub)
            #expect(try await house.collect(id).error == "invalid_grant")
        }
    }

    @Test func `a refusal, an expiry and another client's request give nothing`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            try await house.addClient("other") {
                $0.redirectURIs = []
                $0.grants = [House.cibaGrant]
            }
            let first = try await house.asked()
            #expect(try await house.collect(first, as: "other").error == "invalid_grant")
            var browser = try await house.signedIn()
            #expect(try await house.decide("deny", &browser).status == .ok)
            #expect(try await house.collect(first).error == "access_denied")
            let second = try await house.asked { $0.append("requested_expiry", "30") }
            house.clock.advance(by: .seconds(31))
            #expect(try await house.collect(second).error == "expired_token")
            let page = try await browser.get("/approvals", house.client)
            #expect(page.field("approval") == nil)
        }
    }

    @Test func `nobody else can see or decide it`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addBank()
            let id = try await house.asked()
            var owner = try await house.signedIn()
            let page = try await owner.get("/approvals", house.client)
            let approval = try #require(page.field("approval"))
            var stranger = try await house.signedIn(name: "19900000002")
            let empty = try await stranger.get("/approvals", house.client)
            #expect(empty.field("approval") == nil)
            let account = try await stranger.get("/account", house.client)
            let answer = try await stranger.post(
                "/approvals",
                form: ParameterList([
                    "approval": approval, "decision": "allow", "csrf": try #require(account.formToken),
                ]), house.client)
            #expect(answer.status == .badRequest)
            #expect(try await house.collect(id).error == "authorization_pending")
        }
    }

    @Test func `bad requests get the errors of section 13`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
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
                let answer = try await house.ask(change)
                #expect(answer.error == error, "\(answer.text)")
            }
            #expect(try await house.ask(as: "web-only").error == "unauthorized_client")
            let anonymous = try await house.client.post(
                "/oauth2/bc-authorize", form: ParameterList(["scope": "openid", "login_hint": "19900000001"]))
            #expect(anonymous.status == .unauthorized)
            #expect(try await house.client.get("/oauth2/bc-authorize").status == .methodNotAllowed)
        }
    }

    @Test func `a request without scope is told so, and is not one for every scope of the registration`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            for form in [
                ParameterList(["login_hint": "19900000001"]),
                ParameterList(["scope": "", "login_hint": "19900000001"]),
            ] {
                let answer = try await house.ask { $0 = form }
                #expect(answer.status == .badRequest && answer.error == "invalid_request")
                #expect(try answer.json()["error_description"]?.stringValue == "scope is missing")
            }
            #expect(try await house.count("identity_approval", where: "kind = 'ciba'") == 0)
        }
    }

    @Test func `a request lives as long as asked, no shorter than half a minute and no longer than ten`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            for (asked, life) in [("1", 30), ("29", 30), ("31", 31), ("600", 600), ("601", 600), ("999999999", 600)] {
                let answer = try await house.ask { $0.append("requested_expiry", asked) }
                #expect(try answer.json()["expires_in"]?.integerValue == Int64(life), "\(asked)")
                let id = try answer.authReqID()
                house.clock.advance(by: .seconds(life - 1))
                #expect(try await house.collect(id).error == "authorization_pending", "\(asked)")
                house.clock.advance(by: .seconds(1))
                #expect(try await house.collect(id).error == "expired_token", "\(asked)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `twenty requests an hour go to one person, whoever asks and whatever became of them`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addBank()
            try await house.addClient("other") {
                $0.redirectURIs = []
                $0.grants = [House.cibaGrant]
            }
            var browser = try await house.signedIn()
            for number in 0..<20 {
                let id = try await house.asked(as: number % 2 == 0 ? "bank" : "other")
                switch number % 3 {
                case 0: #expect(try await house.decide("deny", &browser).status == .ok)
                case 1:
                    #expect(try await house.decide("allow", &browser).status == .ok)
                    #expect(try await house.collect(id, as: number % 2 == 0 ? "bank" : "other").status == .ok)
                default: break
                }
                house.clock.advance(by: .minutes(2))
            }
            for client in ["bank", "other"] {
                let refused = try await house.ask(as: client)
                #expect(refused.status == .forbidden && refused.error == "access_denied", "\(refused.text)")
            }
            let told = try await house.count("storage_outbox", where: "topic = '\(TextMessages.topic)'")
            #expect(told == 20, "who is refused sends no message")
            #expect(try await house.ask { $0 = $0.replacing("login_hint", "19900000002") }.status == .ok)
            // 40 minutes have passed; the first one counts for an hour.
            house.clock.advance(by: .minutes(20) - .milliseconds(1))
            #expect(try await house.ask().error == "access_denied")
            house.clock.advance(by: .milliseconds(1))
            _ = try await house.asked()
            #expect(try await house.ask().error == "access_denied", "only the first has left the hour")
        }
    }

    @Test(arguments: Backend.available)
    func `five requests wait for one person, not more, also when all come at once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addBank()
            let answers = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let answer = try await house.ask()
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
            try await house.addBank(ping: true)
            #expect(try await house.ask().error == "invalid_request")
            let token = "8d67dc78-7faa-4d41-aabd-67707b374255"
            let id = try await house.asked { $0.append("client_notification_token", token) }
            var browser = try await house.signedIn()
            #expect(try await house.decide("allow", &browser).status == .ok)
            let messages = try await house.pings()
            let message = try #require(messages.first)
            // Neither the token nor the id lies open in the outbox.
            #expect(messages.count == 1 && !message.payload.contains(token) && !message.payload.contains(id))
            for status in [204, 401, 403, 302] {
                house.outbound.answerWith(status)
                try await house.provider.cibaPing.deliver(message)
            }
            let posted = try #require(house.outbound.notices.first)
            #expect(posted.uri == "https://bank.example/ping" && posted.bearer == token)
            #expect(posted.body == JSONValue.object(["auth_req_id": .string(id)]))
            #expect(try await house.collect(id).status == .ok)
        }
    }
}
