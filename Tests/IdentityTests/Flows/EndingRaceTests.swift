import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Signing out everywhere while approvals are given (rule 32)")
struct EndingRaceTests {
    /// What happens at the same moment, each once.
    private struct Step: Sendable {
        let path: String
        let form: ParameterList
    }

    /// Five requests that wait for the person, and the forms that allow them and sign out everywhere.
    private func steps(_ house: House, _ browser: inout Browser) async throws -> (ids: [String], forms: [Step]) {
        var ids = [String]()
        for _ in 0..<5 { ids.append(try await house.asked { $0 = $0.replacing("scope", "openid offline_access") }) }
        let page = try await browser.get("/approvals", house.client)
        let waiting = page.fields("approval")
        #expect(waiting.count == 5)
        var forms = [Step]()
        for approval in waiting {
            let form = ParameterList([
                "approval": approval, "decision": "allow", "csrf": try #require(page.formToken),
            ])
            forms.append(Step(path: "/approvals", form: form))
        }
        let account = try await browser.get("/account", house.client)
        let out = ParameterList(["action": "sign-out-everywhere", "csrf": try #require(account.formToken)])
        // In the middle, so that some approvals come before it and some after.
        forms.insert(Step(path: "/account", form: out), at: 3)
        return (ids, forms)
    }

    /// - Returns: the tokens that were collected while it happened.
    private func race(
        _ house: House, _ ids: [String], _ forms: [Step], after delay: Duration, _ headers: HTTPFields
    ) async throws
        -> [JSONValue]
    {
        try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            for step in forms {
                group.addTask {
                    if step.path == "/account" { try await Task.sleep(for: delay) }
                    _ = try await house.client.post(step.path, form: step.form, headers)
                    return nil
                }
            }
            for id in ids {
                group.addTask {
                    let answer = try await house.collect(id)
                    return answer.status == .ok ? try answer.json() : nil
                }
            }
            return try await group.reduce(into: []) { collected, body in if let body { collected.append(body) } }
        }
    }

    @Test(arguments: Backend.available)
    func `no session and no token outlives a sign-out everywhere, whichever came first`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await house.addBank { $0.scopes.append("offline_access") }
            // The sign-out comes later from round to round, on a slow machine in more of them, until an approval came first.
            for round in 0..<40 {
                if round >= 8, try await house.auditEvents("approval.approved") > 0 { break }
                var browser = try await house.signedIn()
                let (ids, forms) = try await steps(house, &browser)
                let collected = try await race(
                    house, ids, forms, after: .milliseconds(10 * round), browser.headers)
                let open = try await house.database.read { try SSOSessionStore.openSessions(of: person, in: $0) }
                #expect(open.isEmpty)
                #expect(try await house.count("identity_relying_session", where: "ended_at_ms IS NULL") == 0)
                #expect(try await house.count("identity_refresh_family", where: "revoked_at_ms IS NULL") == 0)
                for id in ids { #expect(try await house.collect(id).status == .badRequest) }
                try await house.provider.revocations.refresh()
                for body in collected {
                    let access = try #require(body["access_token"]?.stringValue)
                    #expect(try await house.userInfo(access).status == .unauthorized)
                    let refresh = try #require(body["refresh_token"]?.stringValue)
                    #expect(try await house.refresh(refresh, as: "bank").error == "invalid_grant")
                }
                // What was not allowed in time expires, and leaves the hour in which it counts.
                house.clock.advance(by: .hours(1))
            }
            #expect(try await house.auditEvents("approval.approved") > 0, "the sign-out came first every time")
        }
    }
}
