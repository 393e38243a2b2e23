import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9700 §4.5, §4.14 codes and refresh tokens are used once")
struct SingleUseTests {
    @Test(arguments: Backend.available)
    func `fifty clients redeem one code: one succeeds, and what it got is revoked`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<50 { group.addTask { try await house.token(form) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let good = answers.filter { $0.status == .ok }
            #expect(good.count == 1)
            #expect(answers.filter { $0.error == "invalid_grant" }.count == 49)
            let body = try #require(try good.first?.json())
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(try #require(body["access_token"]?.stringValue)).status == .unauthorized)
            let refreshed = try await house.refresh(try #require(body["refresh_token"]?.stringValue))
            #expect(refreshed.error == "invalid_grant")
        }
    }

    @Test func `a code that comes back after half a minute kills its tokens, though not without proof`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            let body = try await house.token(form).json()
            let token = try #require(body["access_token"]?.stringValue)
            house.clock.advance(by: .seconds(30))
            let thief = form.replacing("code_verifier", String(repeating: "t", count: 43))
            #expect(try await house.token(thief).error == "invalid_grant")
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(token).status == .ok)
            #expect(try await house.token(form).error == "invalid_grant")
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(token).status == .unauthorized)
            let alarms = try await house.database.read {
                try $0.query("SELECT kind FROM identity_audit_event WHERE kind = 'alarm.code-reused'").count
            }
            #expect(alarms == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `parallel refresh gives one successor`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await house.refresh(first).json()["refresh_token"]?.stringValue }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(successors.count == 20)
            #expect(Set(successors).count == 1)
            let successor = try #require(successors.first ?? nil)
            #expect(successor != first)
            let rows = try await house.database.read { try $0.query("SELECT 1 AS n FROM identity_refresh_token").count }
            #expect(rows == 2)
            #expect(try await house.refresh(successor).status == .ok)
        }
    }

    @Test(arguments: Backend.available)
    func `a replaced token that comes back after the grace kills the family`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let first = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            let second = try await house.refresh(first).json()
            let token = try #require(second["access_token"]?.stringValue)
            house.clock.advance(by: .seconds(9))
            #expect(try await house.refresh(first).json()["refresh_token"] == second["refresh_token"])
            house.clock.advance(by: .seconds(2))
            #expect(try await house.refresh(first).error == "invalid_grant")
            #expect(
                try await house.refresh(try #require(second["refresh_token"]?.stringValue)).error == "invalid_grant")
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(token).status == .unauthorized)
            let alarms = try await house.database.read {
                try $0.query("SELECT kind FROM identity_audit_event WHERE kind = 'alarm.refresh-reused'").count
            }
            #expect(alarms == 1)
        }
    }

    @Test func `a refresh token belongs to its client, and another one's try harms nobody`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let token = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            #expect(try await house.refresh(token, as: "other").error == "invalid_grant")
            #expect(try await house.refresh(token).status == .ok)
        }
    }

    @Test func `a refresh may narrow the scope and never widen it`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let token = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            #expect(try await house.refresh(token, scope: "openid profile phone").error == "invalid_scope")
            let narrow = try await house.refresh(token, scope: "openid").json()
            #expect(narrow["scope"]?.stringValue == "openid")
            let next = try #require(narrow["refresh_token"]?.stringValue)
            #expect(try await house.refresh(next).json()["scope"]?.stringValue == "openid profile")
        }
    }

    @Test func `a refresh token dies of idleness and of age`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient {
                $0.refreshIdle = .minutes(30)
                $0.refreshLife = .hours(1)
            }
            var browser = Browser()
            let first = try #require(try await house.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            house.clock.advance(by: .minutes(25))
            let second = try #require(try await house.refresh(first).json()["refresh_token"]?.stringValue)
            house.clock.advance(by: .minutes(25))
            let third = try #require(try await house.refresh(second).json()["refresh_token"]?.stringValue)
            house.clock.advance(by: .minutes(11))
            #expect(try await house.refresh(third).error == "invalid_grant")
            var other = Browser()
            let idle = try #require(try await house.tokens(Attempt(), &other)["refresh_token"]?.stringValue)
            house.clock.advance(by: .minutes(31))
            #expect(try await house.refresh(idle).error == "invalid_grant")
        }
    }
}
