import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

/// The lines of `oidcc-backchannel-rp-initiated-logout-certification-test-plan`.
enum BackchannelLogoutPlan {
    static let lines: [PlanLine] = [
        PlanLine("oidcc-backchannel-logout-discovery-endpoint-verification") { plan in
            let document = try await plan.discovery()
            #expect(document["backchannel_logout_supported"]?.boolValue == true)
            #expect(document["backchannel_logout_session_supported"]?.boolValue == true)
            #expect(document["end_session_endpoint"]?.stringValue?.hasPrefix(House.issuer + "/") == true)
        },
        told("oidcc-backchannel-rp-initiated-logout") { _ in },
        told("oidcc-backchannel-rp-initiated-logout (RS256, pairwise subject)") { client in
            client.idTokenAlgorithm = .rs256
            client.policy.pairwiseSubjects = true
        },
        PlanLine("every system is told with a token of its own") { plan in
            var browser = Browser()
            for client in ["department", "other"] {
                try await plan.house.change(client) { $0.backchannelLogoutURI = PlanHouse.backchannel(of: client) }
            }
            let first = try plan.hint(try await plan.tokens(plan.attempt, &browser))
            let elsewhere = Attempt(client: "other", redirectURI: "https://other.example/callback")
            let second = try plan.hint(try await plan.house.tokens(elsewhere, &browser))
            _ = try await plan.logout(PlanHouse.returning(first), &browser)
            try await plan.sendLogoutTokens()
            var ids = Set<String>()
            for (client, hint) in [("department", first), ("other", second)] {
                let claims = try await plan.logoutClaims(for: client)
                let issued = try plan.house.claims(hint)
                #expect(claims["aud"]?.stringValue == client)
                #expect(claims["sid"] != nil && claims["sid"] == issued["sid"])
                ids.insert(try #require(claims["jti"]?.stringValue))
            }
            #expect(ids.count == 2 && plan.house.outbound.all.count == 2)
        },
    ]

    /// - Parameter change: what the system has registered beside its address.
    private static func told(_ name: String, _ change: @Sendable @escaping (inout Client) -> Void) -> PlanLine {
        PlanLine(name) { plan in
            try await plan.house.change("department") { client in
                client.backchannelLogoutURI = PlanHouse.backchannel(of: "department")
                change(&client)
            }
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let hint = try plan.hint(body)
            let end = try await plan.logout(PlanHouse.returning(hint), &browser)
            #expect(end.address == PlanHouse.bye + "?state=a%20b")

            plan.house.clock.advance(by: .seconds(30))
            try await plan.sendLogoutTokens()
            #expect(plan.house.outbound.all.count == 1)
            let token = try plan.logoutToken(for: "department")
            #expect(try TokenSigner.peek(token).algorithm == TokenSigner.peek(hint).algorithm)
            let claims = try await plan.logoutClaims(for: "department")
            let members = Set((claims.objectMembers ?? []).map(\.name))
            #expect(members == ["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"])
            #expect(claims["nonce"] == nil)
            let issued = try plan.house.claims(hint)
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == "department")
            #expect(claims["sub"] != nil && claims["sub"] == issued["sub"])
            #expect(claims["sid"] != nil && claims["sid"] == issued["sid"])
            #expect(claims["jti"]?.stringValue?.isEmpty == false)
            // The token is as old as its sending and good for two minutes at most (§2.4).
            let now = plan.house.clock.now().seconds
            let expires = try #require(claims["exp"]?.integerValue)
            #expect(claims["iat"]?.integerValue == now)
            #expect(expires > now && expires <= now + 120)
            let events = try #require(claims["events"]?.objectMembers)
            #expect(events.map(\.name) == ["http://schemas.openid.net/event/backchannel-logout"])
            #expect(events.first?.value.objectMembers?.isEmpty == true)

            try await plan.checkSignedOut(&browser, before: before, body)
        }
    }
}

extension PlanHouse {
    static func backchannel(of client: String) -> String { "https://\(client).example/backchannel" }

    /// Delivers what waits in the outbox, as the relay would.
    func sendLogoutTokens() async throws {
        let waiting = try await house.database.read { statements in
            try statements.query(
                "SELECT id, payload FROM storage_outbox WHERE topic = $1 ORDER BY id", BackchannelLogout.topic
            ).map {
                OutboxMessage(
                    id: try $0.text("id"), topic: BackchannelLogout.topic, payload: try $0.text("payload"), attempt: 1)
            }
        }
        for message in waiting { try await house.provider.backchannelLogout.deliver(message) }
    }

    /// What a system was posted: the token and nothing beside it.
    func logoutToken(for client: String) throws -> String {
        let address = Self.backchannel(of: client)
        let posted = try #require(house.outbound.all.first { $0.uri == address })
        #expect(posted.form.items.map(\.name) == ["logout_token"])
        return try posted.form.required("logout_token")
    }

    /// The claims of that token, once its type and its signature by a published key are right.
    func logoutClaims(for client: String) async throws -> JSONValue {
        let published = try await house.client.get("/oauth2/jwks").json()
        let keys = try VerificationKeys(jwks: published)
        return try TokenSigner.verify(try logoutToken(for: client), keys: keys, expectedTypes: ["logout+jwt"])
    }
}

@Suite("Back-Channel OP")
struct BackchannelLogoutPlanTests {
    @Test(arguments: BackchannelLogoutPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
