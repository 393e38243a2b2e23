import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// What the best current practice asks of the way through the authorization endpoint and has no suite of its own:
/// redirect URIs stand in `HostileRedirectTests`, proof keys in `AuthorizeErrorTests` and `TokenErrorTests`, refresh
/// tokens in `SingleUseTests`, the issuer in `RFC9207Tests`, pages in `LoginTests`.
@Suite("RFC 9700 on the way to an answer")
struct RFC9700Tests {
    @Test func `§4.12 every form on the way is answered with 303, so that no browser posts it again elsewhere`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.requireConsent = true }
            var browser = Browser()
            let login = try await house.authorize(Attempt(), &browser)
            let consent = try await house.signIn(login, &browser)
            let answer = try await send("decision", "allow", consent, "/consent", house, &browser)
            #expect(answer.status == .seeOther)
            #expect(answer.headers[.location]?.hasPrefix("https://department.example/callback?") == true)
            let second = try await house.authorize(Attempt().with("prompt", "consent"), &browser)
            let refusal = try await send("decision", "deny", second, "/consent", house, &browser)
            #expect(refusal.status == .seeOther)
            #expect(refusal.headers[.location]?.contains("error=access_denied") == true)
            for choice in ["this", "other"] {
                let page = try await house.authorize(Attempt().with("prompt", "select_account"), &browser)
                let chosen = try await send("choice", choice, page, "/select-account", house, &browser)
                #expect(chosen.status == .seeOther, "\(choice)")
            }
        }
    }

    /// Sends a page's form with one of its buttons and stays where the answer is.
    private func send(
        _ name: String, _ value: String, _ end: FlowEnd, _ path: String, _ house: House, _ browser: inout Browser
    ) async throws -> TestResponse {
        let page = try #require(end.page)
        var form = ParameterList([name: value, "csrf": try #require(page.formToken)])
        for field in ["request", "session"] { if let held = page.field(field) { form.append(field, held) } }
        return try await browser.post(path, form: form, house.client)
    }
}
