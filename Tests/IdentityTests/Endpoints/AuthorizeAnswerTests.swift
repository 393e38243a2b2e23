import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 6749 §3.1, §4.1.2.1 what is no fault, and faults that depend on the client or the server")
struct AuthorizeAnswerTests {
    @Test func `§3.1 a parameter without a value is omitted, and without a scope it is that of the registration`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.scopes.append("offline_access") }
            var attempt = Attempt()
            for name in [
                "state", "nonce", "scope", "response_mode", "prompt", "max_age", "claims", "display", "ui_locales",
                "claims_locales", "login_hint", "id_token_hint", "acr_values", "request", "request_uri",
                "registration", "resource", "dpop_jkt",
            ] {
                attempt = attempt.with(name, "")
            }
            var browser = Browser()
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let answer = try #require(end.answer)
            #expect(!answer.contains("state"))
            let code = try #require(try answer.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            #expect(body["scope"]?.stringValue == "booking openid phone profile")
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["nonce"] == nil)
        }
    }

    @Test func `§3.3 a scope that nobody knows is left out, and the answer says what was granted`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt().with("scope", "openid email OPENID  profile openid"), &browser)
            #expect(body["scope"]?.stringValue == "openid profile")
        }
    }

    @Test func `§3.1.2 a query of the redirect URI stays in front of the answer, in every mode`() async throws {
        try await House.run { house in
            let uri = "https://department.example/callback?tenant=1"
            try await house.addClient { $0.redirectURIs = [uri] }
            var browser = Browser()
            var attempt = Attempt().with("prompt", "none")
            attempt.redirectURI = uri
            let query = try await house.authorize(attempt, &browser).address
            #expect(query?.hasPrefix(uri + "&error=login_required&") == true)
            let fragment = try await house.authorize(attempt.with("response_mode", "fragment"), &browser).address
            #expect(fragment?.hasPrefix(uri + "#error=login_required&") == true)
            let posted = try await house.authorize(attempt.with("response_mode", "form_post"), &browser).page
            #expect(posted?.text.contains("action=\"\(uri)\"") == true)
        }
    }

    @Test func `unauthorized_client a client without the code grant hears it at its redirect URI alone`() async throws {
        try await House.run { house in
            try await house.addClient()
            let pushed = try await house.pushed()
            try await house.change { $0.grants = [.deviceCode] }
            var browser = Browser()
            for end in [try await house.authorize(Attempt(), &browser), try await house.open(pushed, &browser)] {
                let answer = try #require(end.answer)
                #expect(try answer.single("error") == "unauthorized_client")
                #expect(try answer.single("state") == "st/ate 1")
                #expect(try answer.single("iss") == House.issuer)
            }
            let fragment = try await house.authorize(Attempt().with("response_mode", "fragment"), &browser).fragment
            #expect(try fragment?.single("error") == "unauthorized_client")
            var elsewhere = Attempt()
            elsewhere.redirectURI = "https://department.example/elsewhere"
            let page = try await house.client.get(elsewhere.uri, [.accept: "text/html"])
            #expect(page.status == .badRequest && page.headers[.location] == nil)
        }
    }

    @Test(arguments: Backend.available)
    func `server_error reaches the client where no page may be shown`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            _ = try await house.database.transaction {
                try $0.execute("ALTER TABLE identity_sso_session RENAME TO identity_sso_session_away")
            }
            let answer = try await house.authorize(Attempt().with("prompt", "none"), &browser).answer
            #expect(try answer?.single("error") == "server_error")
            #expect(try answer?.single("state") == "st/ate 1")
            #expect(try answer?.single("error_description")?.contains("identity") == false)
            // A person stays here and can try again.
            #expect(try await house.authorize(Attempt(), &browser).page?.status == .internalServerError)
        }
    }

    @Test func `temporarily_unavailable reaches the client where no page may be shown`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            await house.database.close()
            let answer = try await house.authorize(Attempt().with("prompt", "none"), &browser).answer
            #expect(try answer?.single("error") == "temporarily_unavailable")
            #expect(try answer?.single("iss") == House.issuer)
            #expect(try await house.authorize(Attempt(), &browser).page != nil)
        }
    }
}
