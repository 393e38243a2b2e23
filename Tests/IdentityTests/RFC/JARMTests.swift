import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("JARM: authorization responses as JWTs, and the other response modes")
struct JARMTests {
    /// The claims of an answer that this server signed.
    private func opened(_ token: String?, _ house: House) async throws -> JSONValue {
        let token = try #require(token)
        let jwks = try await house.client.get("/oauth2/jwks").json()
        return try TokenSigner.verify(token, keys: try VerificationKeys(jwks: jwks), expectedTypes: ["JWT"])
    }

    @Test(arguments: ["jwt", "query.jwt", "fragment.jwt"])
    func `§2.3 a code comes in one signed parameter`(mode: String) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", mode)
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let list = try #require(mode == "fragment.jwt" ? end.fragment : end.answer)
            #expect(list.items.map(\.name) == ["response"])
            let claims = try await opened(try list.single("response"), house)
            #expect(claims["iss"]?.stringValue == House.issuer)
            #expect(claims["aud"]?.stringValue == "department")
            #expect(claims["state"]?.stringValue == "st/ate 1")
            let left = (claims["exp"]?.integerValue ?? 0) - house.clock.now().seconds
            #expect((1...600).contains(left))
            let code = try #require(claims["code"]?.stringValue)
            #expect(try await house.token(house.tokenForm(code: code)).status == .ok)
        }
    }

    @Test(arguments: [("prompt", "none", "login_required"), ("scope", "unheard-of", "invalid_scope")])
    func `§2.1 errors are signed too`(name: String, value: String, error: String) async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "jwt").with(name, value)
            let claims = try await opened(
                try await house.authorize(attempt, &browser).answer?.single("response"), house)
            #expect(claims["error"]?.stringValue == error)
            #expect(claims["error_description"]?.stringValue?.isEmpty == false)
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == "department")
            #expect(claims["code"] == nil)
        }
    }

    @Test func `§2.3.3 form_post.jwt posts one field`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "form_post.jwt")
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let page = try #require(end.page)
            #expect(page.text.contains("action=\"https://department.example/callback\""))
            #expect(page.field("code") == nil && page.field("state") == nil)
            #expect(try await opened(page.field("response"), house)["code"] != nil)
        }
    }

    @Test(arguments: [(nil, "ES256"), ("RS256", "RS256"), ("ES256", "ES256")] as [(String?, String)])
    func `§3 the algorithm is the client's`(registered: String?, used: String) async throws {
        try await House.run { house in
            try await house.addClient()
            try await house.change { $0.policy.authorizationResponseAlgorithm = registered }
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "jwt").with("prompt", "none")
            let token = try #require(try await house.authorize(attempt, &browser).answer?.single("response"))
            #expect(try TokenSigner.peek(token).algorithm.rawValue == used)
        }
    }

    @Test(arguments: ["query.jwt", "fragment.jwt", "form_post.jwt"])
    func `§2.3 what a person refuses is told in the mode asked for, without a state that was not sent`(mode: String)
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.requireConsent = true }
            var browser = Browser()
            let attempt = Attempt().with("response_mode", mode).with("state", nil)
            let page = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let end = try await house.press("decision", "deny", on: page, at: "/consent", &browser)
            var token = end.page?.field("response")
            if mode == "query.jwt" { token = try end.answer?.single("response") }
            if mode == "fragment.jwt" { token = try end.fragment?.single("response") }
            let claims = try await opened(token, house)
            #expect(claims["error"]?.stringValue == "access_denied")
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == "department")
            #expect(claims["exp"]?.integerValue != nil && claims["state"] == nil && claims["code"] == nil)
        }
    }

    @Test(arguments: [
        (#""id_token_signed_response_alg": "ES256""#, "RS256"),
        (#""authorization_signed_response_alg": "ES256""#, "ES256"),
    ])
    func `§3 who registers itself and names no algorithm for answers gets RS256`(member: String, used: String)
        async throws
    {
        try await House.run { house in
            let response = try await DynamicOPTests.register(house, DynamicOPTests.metadata(member))
            #expect(try response.json()["authorization_signed_response_alg"]?.stringValue == used)
            let party = try DynamicOPTests.Party(response)
            var browser = Browser()
            let attempt = party.attempt.with("response_mode", "jwt").with("prompt", "none")
            let token = try #require(try await house.authorize(attempt, &browser).answer?.single("response"))
            #expect(try TokenSigner.peek(token).algorithm.rawValue == used)
        }
    }

    @Test(arguments: [
        #""authorization_signed_response_alg": "none""#, #""authorization_signed_response_alg": "HS256""#,
        #""authorization_signed_response_alg": 7"#, #""authorization_encrypted_response_alg": "RSA-OAEP-256""#,
        #""authorization_encrypted_response_enc": "A128CBC-HS256""#,
    ])
    func `§3 none is refused, and so is what is not offered`(member: String) async throws {
        try await House.run { house in
            let response = try await DynamicOPTests.register(house, DynamicOPTests.metadata(member))
            #expect(response.status == .badRequest && response.error == "invalid_client_metadata", "\(response.text)")
        }
    }

    @Test func `an ID token of a person is no authorization response, and the other way round`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let answer = try await house.authorize(Attempt().with("response_mode", "jwt"), &browser).answer
            let response = try #require(try answer?.single("response"))
            let hinted = try await house.authorize(Attempt().with("id_token_hint", response), &browser).answer
            #expect(try hinted?.single("error") == "invalid_request")
        }
    }

    @Test func `Multiple Response Types §2.1 fragment puts nothing into the query`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "fragment")
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            #expect(end.address?.hasPrefix("https://department.example/callback#") == true)
            #expect(try end.fragment?.single("code") != nil)
            #expect(try end.fragment?.single("iss") == House.issuer)
            #expect(try end.fragment?.single("state") == "st/ate 1")
        }
    }

    @Test(arguments: ["fragment", "form_post", "fragment.jwt", "form_post.jwt"])
    func `an app's private scheme is answered in the query only`(mode: String) async throws {
        try await House.run { house in
            try await house.addClient("app", secret: nil) { $0.redirectURIs = ["cn.example.app:/callback"] }
            var browser = Browser()
            var attempt = Attempt(client: "app", redirectURI: "cn.example.app:/callback")
            attempt = attempt.with("response_mode", mode)
            let answer = try await house.authorize(attempt, &browser).answer
            #expect(try answer?.single("error") == "invalid_request")
            let page = try await house.authorize(attempt.with("response_mode", "query"), &browser).page
            let policy = try #require(page?.headers[.contentSecurityPolicy])
            #expect(policy.contains("form-action 'self' cn.example.app:"))
        }
    }
}
