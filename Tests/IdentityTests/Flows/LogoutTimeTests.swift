import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

extension House {
    /// Signs in at each of these systems, which have a back channel, and out again.
    @discardableResult
    func signInAndOut(_ systems: [String], _ browser: inout Browser) async throws -> TestResponse {
        try await addCitizen()
        for system in systems {
            try await addClient(system) { $0.backchannelLogoutURI = "https://\(system).example/backchannel" }
        }
        var hint = ""
        for system in systems {
            let attempt = Attempt(client: system, redirectURI: "https://\(system).example/callback")
            hint = try #require(try await tokens(attempt, &browser)["id_token"]?.stringValue)
        }
        return try await browser.get("/oauth2/logout?" + ParameterList(["id_token_hint": hint]).encoded, client)
    }

    /// Messages to systems that wait in the outbox, in the order of their ids.
    func logoutMessages() async throws -> [OutboxMessage] {
        try await database.read { statements in
            try statements.query(
                "SELECT id, payload FROM storage_outbox WHERE topic = $1 ORDER BY id", BackchannelLogout.topic
            ).map {
                OutboxMessage(
                    id: try $0.text("id"), topic: BackchannelLogout.topic, payload: try $0.text("payload"), attempt: 1)
            }
        }
    }

    /// The back channel with its times in a registry of its own.
    func backchannel(_ registry: MetricsRegistry) -> BackchannelLogout {
        BackchannelLogout(
            database: database, clients: provider.clients, keys: provider.keys,
            subjects: Subjects(crypto: House.crypto), post: outbound, issuer: House.issuer, surroundings: surroundings,
            times: LogoutTimes(factory: registry))
    }
}

@Suite("Sign-out: measured until the last system is out")
struct LogoutTimeTests {
    private static func count(_ outcome: String, _ number: Int) -> String {
        "logout_seconds_count{outcome=\"\(outcome)\"} \(number)\n"
    }

    @Test(arguments: Backend.available)
    func `the time runs until the last system is told and is measured once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            var browser = Browser()
            try await house.signInAndOut(["department", "other"], &browser)
            let messages = try await house.logoutMessages()
            let registry = MetricsRegistry(slow: [LogoutTimes.label])
            let channel = house.backchannel(registry)
            house.clock.advance(by: .milliseconds(300))
            try await channel.deliver(messages[0])
            #expect(registry.text().contains(Self.count("told", 0)))
            house.outbound.answerWith(503)
            await #expect(throws: OutboxRejection.self) { try await channel.deliver(messages[1]) }
            #expect(registry.text().contains(Self.count("told", 0)))
            house.outbound.answerWith(200)
            house.clock.advance(by: .milliseconds(2_200))
            try await channel.deliver(messages[1])
            // The repetition after a crash.
            try await channel.deliver(messages[0])
            try await channel.deliver(messages[1])
            let text = registry.text()
            #expect(text.contains(Self.count("told", 1)) && text.contains(Self.count("given-up", 0)))
            #expect(text.contains("logout_seconds_sum{outcome=\"told\"} 2.5\n"), "\(text)")
        }
    }

    @Test(arguments: Backend.available)
    func `of systems that answer at the same moment one is the last`(backend: Backend) async throws {
        try await House.run(backend) { house in
            var browser = Browser()
            try await house.signInAndOut((1...6).map { "system-\($0)" }, &browser)
            let messages = try await house.logoutMessages()
            #expect(messages.count == 6)
            let registry = MetricsRegistry()
            let channel = house.backchannel(registry)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for message in messages { group.addTask { try await channel.deliver(message) } }
                try await group.waitForAll()
            }
            #expect(registry.text().contains(Self.count("told", 1)))
        }
    }

    @Test(arguments: Backend.available)
    func `a system that is given up ends the sign-out too, and may be told after all`(backend: Backend) async throws {
        try await House.run(backend) { house in
            var browser = Browser()
            try await house.signInAndOut(["department"], &browser)
            var message = try #require(try await house.logoutMessages().first)
            let registry = MetricsRegistry()
            let channel = house.backchannel(registry)
            house.outbound.answerWith(503)
            message.isLast = true
            let last = message
            await #expect(throws: OutboxRejection.self) { try await channel.deliver(last) }
            #expect(registry.text().contains(Self.count("given-up", 1)))
            // An operator mends what was wrong and has it sent again.
            house.outbound.answerWith(200)
            try await channel.deliver(last)
            let delivery = try await house.database.read { statements in
                let logout = try LogoutDeliveryStore.logouts(of: nil, before: nil, atMost: 1, in: statements)
                return try LogoutDeliveryStore.list(logout: try #require(logout.first), in: statements).first
            }
            #expect(delivery?.state == .told && delivery?.lastFault == nil && delivery?.attempts == 2)
            let text = registry.text()
            #expect(text.contains(Self.count("given-up", 1)) && text.contains(Self.count("told", 0)))
        }
    }
}
