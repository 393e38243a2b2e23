import Core
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9207 the issuer in every authorization response")
struct RFC9207Tests {
    /// What the client reads, whichever way it comes.
    private func answer(_ end: FlowEnd, _ mode: String) throws -> ParameterList {
        switch mode {
        case "fragment":
            #expect(end.address?.contains("?") == false)
            return try #require(end.fragment)
        case "form_post":
            let page = try #require(end.page)
            var list = ParameterList()
            for name in ["code", "error", "state", "iss"] {
                if let value = page.field(name) { list.append(name, value) }
            }
            return list
        default: return try #require(end.answer)
        }
    }

    @Test(arguments: ["query", "fragment", "form_post"])
    func `§2 it is the one of the metadata, with a code, an error and a refusal, in every mode`(mode: String)
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.requireConsent = true }
            let issuer = try await house.client.get("/.well-known/openid-configuration").json()["issuer"]?.stringValue
            let attempt = Attempt().with("response_mode", mode)
            var browser = Browser()
            let silent = try await house.authorize(attempt.with("prompt", "none"), &browser)
            let faulty = try await house.authorize(attempt.with("max_age", "soon"), &browser)
            let asked = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let denied = try await house.press("decision", "deny", on: asked, at: "/consent", &browser)
            let again = try await house.authorize(attempt, &browser)
            let allowed = try await house.press("decision", "allow", on: again, at: "/consent", &browser)
            for (end, error) in [
                (silent, "login_required"), (faulty, "invalid_request"), (denied, "access_denied"), (allowed, nil),
            ] as [(FlowEnd, String?)] {
                let answer = try answer(end, mode)
                #expect(try answer.single("error") == error)
                #expect(answer.contains("code") == (error == nil))
                #expect(try answer.single("iss") == issuer)
                #expect(try answer.single("state") == "st/ate 1")
            }
        }
    }
}
