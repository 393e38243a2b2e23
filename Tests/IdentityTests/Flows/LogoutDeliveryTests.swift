import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

@Suite("OpenID Connect Back-Channel Logout 1.0: deliveries")
struct LogoutDeliveryTests {
    /// Signs in at two systems with a back channel and one without, and out again.
    private func signOut(_ house: House, _ browser: inout Browser) async throws -> TestResponse {
        try await house.addCitizen()
        try await house.addClient { $0.backchannelLogoutURI = "https://department.example/backchannel" }
        try await house.addClient("other") { $0.backchannelLogoutURI = "https://other.example/backchannel" }
        try await house.addClient("silent") { $0.name = "没有后台通道的系统" }
        let body = try await house.tokens(Attempt(), &browser)
        _ = try await house.tokens(Attempt(client: "silent", redirectURI: "https://silent.example/callback"), &browser)
        _ = try await house.tokens(Attempt(client: "other", redirectURI: "https://other.example/callback"), &browser)
        let hint = try #require(body["id_token"]?.stringValue)
        return try await browser.get(
            "/oauth2/logout?" + ParameterList(["id_token_hint": hint]).encoded, house.client)
    }

    private func messages(_ house: House) async throws -> [OutboxMessage] {
        try await house.database.read { statements in
            try statements.query(
                "SELECT id, payload FROM storage_outbox WHERE topic = $1 ORDER BY id", BackchannelLogout.topic
            ).map {
                OutboxMessage(
                    id: try $0.text("id"), topic: BackchannelLogout.topic, payload: try $0.text("payload"), attempt: 1)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `the person sees which systems have been told, and a dead one keeps back nobody`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            var browser = Browser()
            let page = try await signOut(house, &browser)
            #expect(page.status == .ok && page.text.contains("data-again"))
            let waiting = try await messages(house)
            #expect(waiting.count == 2)
            house.clock.advance(by: .milliseconds(300))
            try await house.provider.backchannelLogout.deliver(waiting[0])
            house.outbound.answerWith(503)
            await #expect(throws: OutboxRejection.self) {
                try await house.provider.backchannelLogout.deliver(waiting[1])
            }
            let person = try await house.database.read { try $0.first("SELECT id FROM identity_person")?.text("id") }
            let id = try #require(person)
            let first = try await house.database.read { try LogoutDeliveryStore.list(person: id, atMost: 9, in: $0) }
            #expect(Set(first.map(\.logoutID)).count == 1)
            let told = try #require(first.first { $0.state == .told })
            #expect(told.settledAt == told.endedAt + .milliseconds(300) && told.lastFault == nil)
            let open = try #require(first.first { $0.state == .waiting })
            #expect(open.attempts == 1 && open.lastFault?.hasSuffix("answered 503") == true)

            let news = try await browser.get("/oauth2/logout/done", house.client)
            #expect(news.text.contains("badge ok") && news.text.contains("badge info"))
            #expect(news.text.contains("data-again") && news.text.contains("您不必等待"))
            #expect(page.text.contains("没有后台通道的系统") && news.text.contains("没有后台通道的系统"))
            house.clock.advance(by: .minutes(1))
            let later = try await browser.get("/oauth2/logout/done", house.client)
            #expect(later.text.contains("href=\"/oauth2/logout/done\"") && !later.text.contains("data-again"))

            var last = waiting[1]
            last.isLast = true
            await #expect(throws: OutboxRejection.self) { try await house.provider.backchannelLogout.deliver(last) }
            let settled = try await browser.get("/oauth2/logout/done", house.client)
            #expect(settled.text.contains("badge lamp") && !settled.text.contains("data-again"))
        }
    }

    @Test func `a system's refusal is its last word`() async throws {
        try await House.run { house in
            var browser = Browser()
            _ = try await signOut(house, &browser)
            house.outbound.answerWith(400)
            let message = try #require(try await messages(house).first)
            await #expect(throws: OutboxRejection.self) { try await house.provider.backchannelLogout.deliver(message) }
            let state = try await house.database.read {
                try $0.first("SELECT state FROM identity_logout_delivery WHERE id = $1", message.id)?.text("state")
            }
            #expect(state == "given-up")
        }
    }

    @Test func `a last attempt whose time has run out is given up, not left waiting`() async throws {
        try await House.run { house in
            var browser = Browser()
            _ = try await signOut(house, &browser)
            house.outbound.answerWith(503)
            var last = try #require(try await messages(house).first)
            last.isLast = true
            let attempt = Task { [last] in
                withUnsafeCurrentTask { $0?.cancel() }
                try await house.provider.backchannelLogout.deliver(last)
            }
            await #expect(throws: OutboxRejection.self) { try await attempt.value }
            let id = last.id
            let state = try await house.database.read {
                try $0.first("SELECT state FROM identity_logout_delivery WHERE id = $1", id)?.text("state")
            }
            #expect(state == "given-up")
        }
    }

    @Test func `the news is for the browser that signed out alone`() async throws {
        try await House.run { house in
            var browser = Browser()
            _ = try await signOut(house, &browser)
            var stranger = Browser()
            let page = try await stranger.get("/oauth2/logout/done", house.client)
            #expect(page.status == .ok && !page.text.contains("badge"))
            let forged = try await house.client.get(
                "/oauth2/logout/done", [.cookie: "yimen-signed-out=v1.forged"])
            #expect(forged.status == .ok && !forged.text.contains("badge"))
        }
    }
}
