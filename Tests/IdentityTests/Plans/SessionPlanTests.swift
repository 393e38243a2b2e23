import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// The lines of `oidcc-session-management-certification-test-plan`. What the frame's script answers is computed here;
/// that it does so is for the tests with a real browser.
enum SessionPlan {
    static let lines: [PlanLine] = [
        PlanLine("oidcc-session-management-discovery-endpoint-verification") { plan in
            let document = try await plan.discovery()
            #expect(document["end_session_endpoint"]?.stringValue?.hasPrefix(House.issuer + "/") == true)
            let address = try #require(document["check_session_iframe"]?.stringValue)
            #expect(address.hasPrefix(House.issuer + "/"))
            let frame = try await plan.house.client.get(String(address.dropFirst(House.issuer.count)))
            #expect(frame.status == .ok && frame.text.contains("/js/check-session.js"))
            let frameOptions = try #require(HTTPField.Name("x-frame-options"))
            #expect(frame.headers[frameOptions] == nil)
            #expect(frame.headers[.contentSecurityPolicy]?.contains("frame-ancestors *") == true)
        },
        PlanLine("oidcc-session-management-rp-initiated-logout") { plan in
            var browser = Browser()
            let answer = try await plan.answer(plan.attempt, &browser)
            let state = try answer.required("session_state")
            #expect(!state.contains(" "))
            #expect(plan.isUnchanged(state, browser))
            let response = try await plan.house.token(plan.house.tokenForm(code: try answer.required("code")))
            let body = try response.json()
            let hint = try plan.hint(body)

            let silent = plan.attempt.with("prompt", "none").with("id_token_hint", hint)
            let second = try await plan.answer(silent, &browser).required("session_state")
            #expect(plan.isUnchanged(state, browser) && plan.isUnchanged(second, browser))

            let before = browser
            let end = try await plan.logout(PlanHouse.returning(hint), &browser)
            #expect(end.address == PlanHouse.bye + "?state=a%20b")
            #expect(!plan.isUnchanged(state, browser) && !plan.isUnchanged(second, browser))
            try await plan.checkSignedOut(&browser, before: before, body)

            let again = try await plan.answer(plan.attempt, &browser).required("session_state")
            #expect(plan.isUnchanged(again, browser))
            #expect(!plan.isUnchanged(state, browser) && !plan.isUnchanged(second, browser))
        },
    ]
}

extension PlanHouse {
    /// The answer of the authorization endpoint, with a sign-in where one is asked for.
    fileprivate func answer(_ attempt: Attempt, _ browser: inout Browser) async throws -> ParameterList {
        var landing = try await authorize(attempt, &browser)
        if case .page(let end) = landing { landing = try self.landing(try await house.signIn(end, &browser)) }
        return try landing.answer()
    }

    /// What the frame would tell the page of `department`.
    fileprivate func isUnchanged(_ state: String, _ browser: Browser) -> Bool {
        House.isUnchanged(
            state, client: "department", origin: "https://department.example",
            cookie: browser.cookies["yimen-browser"])
    }
}

@Suite("Session OP")
struct SessionPlanTests {
    @Test(arguments: SessionPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
