import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

extension BasicPlan {
    /// What the suite's tests of these names look at besides.
    static let details: [PlanLine] = [
        PlanLine("oidcc-server: codes are long, and no two share a beginning") { plan in
            var browser = Browser()
            var codes = [String]()
            for _ in 0..<5 { codes.append(try await plan.code(plan.attempt, &browser)) }
            for code in codes { #expect(Base64URL.decode(code)?.count ?? 0 >= 32, "\(code)") }
            #expect(Set(codes.map { $0.prefix(8) }).count == codes.count)
        },
        PlanLine("oidcc-server: the token answer has its members and no other") { plan in
            var browser = Browser()
            let form = plan.house.tokenForm(code: try await plan.code(plan.attempt, &browser))
            let response = try await plan.house.token(form)
            #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
            let members = Set((try response.json().objectMembers ?? []).map(\.name))
            #expect(
                members == ["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"])
        },
        PlanLine("oidcc-response-type-missing: the parameter is not there at all") { plan in
            var browser = Browser()
            let sent = plan.attempt.request.without("response_type")
            let end = try await plan.house.open("/oauth2/authorize?" + sent.encoded, &browser)
            let answer = try plan.landing(end).answer()
            #expect(try answer.single("error") == "invalid_request")
            #expect(try answer.single("state") == "st/ate 1")
        },
        PlanLine("oidcc-codereuse: at once") { plan in
            var browser = Browser()
            let form = plan.house.tokenForm(code: try await plan.code(plan.attempt, &browser))
            #expect(try await plan.house.token(form).status == .ok)
            let again = try await plan.house.token(form)
            #expect(again.status == .badRequest && again.error == "invalid_grant")
        },
        PlanLine("oidcc-id-token-hint: of this person and no other") { plan in
            try await plan.house.addCitizen(phone: "19900000002")
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let hint = try #require(body["id_token"]?.stringValue)
            let silent = plan.attempt.with("prompt", "none").with("id_token_hint", hint)
            let again = try plan.idToken(try await plan.tokens(silent, &browser))
            let first = try plan.idToken(body)
            #expect(again["sub"] == first["sub"] && again["auth_time"] == first["auth_time"])
            var other = Browser()
            let page = try await plan.house.authorize(plan.attempt, &other)
            _ = try await plan.house.signIn(page, name: "19900000002", &other)
            let refused = try await plan.authorize(silent, &other).answer()
            #expect(try refused.single("error") == "login_required")
        },
        PlanLine("oidcc-refresh-token: with offline_access, for which the person is asked") { plan in
            try await plan.house.change { $0.scopes.insert("offline_access") }
            var browser = Browser()
            let attempt = plan.attempt.with("scope", "openid offline_access").with("prompt", "consent")
            let question = try await plan.house.signIn(try await plan.house.authorize(attempt, &browser), &browser)
            #expect(question.path?.hasPrefix("/consent") == true)
            let end = try await plan.house.press("decision", "allow", on: question, at: "/consent", &browser)
            let code = try #require(try plan.landing(end).answer().single("code"))
            let body = try await plan.house.token(plan.house.tokenForm(code: code)).json()
            let refresh = try #require(body["refresh_token"]?.stringValue)
            #expect(try await plan.house.refresh(refresh, as: "other").error == "invalid_grant")
            let fresh = try await plan.house.refresh(refresh).json()
            #expect(try plan.idToken(fresh)["sub"] == plan.idToken(body)["sub"])
            #expect(try plan.idToken(fresh)["aud"]?.stringValue == "department")
        },
    ]
}
