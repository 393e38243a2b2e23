import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 6749 §4.1.2.1 authorization errors")
struct AuthorizeErrorTests {
    /// One change to a good request, and the error that the client is told.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String?
        let error: String

        init(_ name: String, _ value: String?, _ error: String) {
            self.name = name
            self.value = value
            self.error = error
        }

        var testDescription: String { "\(name)=\(value ?? "absent") → \(error)" }
    }

    static let rows = [
        Row("response_type", "token", "unsupported_response_type"),
        Row("response_type", "code token", "unsupported_response_type"),
        Row("response_type", "id_token", "unsupported_response_type"),
        Row("response_type", "", "invalid_request"),
        Row("response_type", "CODE", "unsupported_response_type"),
        Row("response_type", " code", "unsupported_response_type"),
        Row("response_type", "none", "unsupported_response_type"),
        Row("response_type", "code id_token", "unsupported_response_type"),
        Row("response_type", "id_token token", "unsupported_response_type"),
        Row("response_mode", "QUERY", "invalid_request"),
        Row("response_mode", "cookie", "invalid_request"),
        Row("scope", "openid hall.kiosk", "invalid_scope"),
        Row("scope", "openid \u{1}x", "invalid_scope"),
        Row("scope", "unheard-of", "invalid_scope"),
        Row("scope", "OPENID", "invalid_scope"),
        Row("scope", " ", "invalid_scope"),
        Row("scope", "openid \"", "invalid_scope"),
        Row("scope", "openid offline_access", "invalid_scope"),
        Row("code_challenge_method", "plain", "invalid_request"),
        Row("code_challenge_method", "", "invalid_request"),
        Row("code_challenge_method", "s256", "invalid_request"),
        Row("code_challenge_method", "S512", "invalid_request"),
        Row("code_challenge", "", "invalid_request"),
        Row("code_challenge", String(repeating: "a", count: 44), "invalid_request"),
        Row("code_challenge", "too-short", "invalid_request"),
        Row("prompt", "none login", "invalid_request"),
        Row("prompt", "perhaps", "invalid_request"),
        Row("prompt", "LOGIN", "invalid_request"),
        Row("prompt", "login none", "invalid_request"),
        Row("prompt", "none", "login_required"),
        Row("max_age", "-1", "invalid_request"),
        Row("max_age", "soon", "invalid_request"),
        Row("max_age", "1.5", "invalid_request"),
        Row("max_age", "99999999999999999999", "invalid_request"),
        Row("id_token_hint", "not.a.token", "invalid_request"),
        Row("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        Row("request_uri", "https://department.example/request", "request_uri_not_supported"),
        Row("registration", "{}", "registration_not_supported"),
        Row("claims", "[]", "invalid_request"),
        Row("claims", "{", "invalid_request"),
        Row("claims", #"{"userinfo":[]}"#, "invalid_request"),
        Row("claims", #"{"id_token":{"name":true}}"#, "invalid_request"),
        Row("claims", #"{"id_token":{"name":{"essential":"yes"}}}"#, "invalid_request"),
        Row(
            "claims", #"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#, "unmet_authentication_requirements"
        ),
        Row(
            "claims",
            #"{"userinfo":{"acr":{"essential":true,"value":"L3"}},"id_token":{"acr":{"essential":true,"value":"L4"}}}"#,
            "unmet_authentication_requirements"
        ),
        Row("resource", "relative/path", "invalid_target"),
        Row("resource", "https://else.example/api", "invalid_target"),
        Row("resource", "https://else.example/api#part", "invalid_target"),
        Row("dpop_jkt", "short", "invalid_request"),
        Row("nonce", String(repeating: "n", count: 1025), "invalid_request"),
    ]

    @Test func `every fault is answered at the redirect URI with error, state and iss`() async throws {
        try await House.run { house in
            try await house.addClient()
            for row in Self.rows {
                let attempt = Attempt().with(row.name, row.value)
                var browser = Browser()
                let answer = try #require(try await house.authorize(attempt, &browser).answer, "\(row)")
                #expect(try answer.single("error") == row.error, "\(row.testDescription)")
                #expect(try answer.single("state") == "st/ate 1", "\(row.testDescription)")
                #expect(try answer.single("iss") == House.issuer, "\(row.testDescription)")
                #expect(try answer.single("code") == nil)
                let text = try answer.single("error_description") ?? ""
                #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
            }
        }
    }

    @Test func `a state that is too long is refused and not cut`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.authorize(
                Attempt().with("state", String(repeating: "s", count: 2049)), &browser
            )
            .answer
            #expect(try answer?.single("error") == "invalid_request")
            #expect(try answer?.single("state") == nil)
        }
    }

    @Test(arguments: [
        "scope", "state", "nonce", "code_challenge", "code_challenge_method", "unknown", "response_type",
        "response_mode", "prompt", "max_age", "claims", "acr_values", "id_token_hint", "login_hint", "dpop_jkt",
    ])
    func `a repeated parameter is refused`(name: String) async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let uri = Attempt().uri + "&\(name)=x&\(name)=y"
            let answer = try await browser.followFlow(uri, origin: House.issuer, house.client).answer
            #expect(try answer?.single("error") == "invalid_request")
            #expect(try answer?.single("state") == (name == "state" ? nil : "st/ate 1"))
        }
    }

    @Test func `an unknown parameter is ignored`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            #expect(try await house.authorize(Attempt().with("extra", "1"), &browser).page?.status == .ok)
        }
    }

    @Test func `an unknown client or redirect URI gets a page and never a redirect`() async throws {
        try await House.run { house in
            try await house.addClient()
            try await house.addDevice()
            let uris = [
                Attempt().uri.replacing("department&", with: "evil&"),
                "/oauth2/authorize?response_type=code",
                "/oauth2/authorize?response_type=code&client_id=department",
                "/oauth2/authorize?response_type=code&client_id=department&client_id=department",
                Attempt().uri + "&redirect_uri=https%3A%2F%2Fevil.example",
                "/oauth2/authorize?client_id=kiosk&redirect_uri=https%3A%2F%2Fevil.example",
                "/oauth2/authorize?",
                "/oauth2/authorize?client_id=%ff",
            ]
            for uri in uris {
                for suffix in ["", "&prompt=none", "&response_type=nonsense"] {
                    let response = try await house.client.get(uri + suffix, [.accept: "text/html"])
                    #expect(response.status == .badRequest, "\(uri)")
                    #expect(response.headers[.location] == nil)
                    #expect(response.headers[.contentType]?.hasPrefix("text/html") == true)
                    #expect(!response.text.contains("evil"))
                }
            }
            for uri in RedirectURITests.registered.dropFirst() + ["https://department.example.evil.example/callback"] {
                var attempt = Attempt()
                attempt.redirectURI = uri
                let response = try await house.client.get(attempt.uri, [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil, "\(uri)")
            }
        }
    }

    @Test func `every client needs a challenge, except a confidential one registered to leave it out`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("insisting")
            try await house.addClient("app", secret: nil) { $0.requirePKCE = false }
            try await house.addClient { $0.requirePKCE = false }
            var browser = Browser()
            for client in ["app", "insisting"] {
                var attempt = Attempt(client: client, redirectURI: "https://\(client).example/callback")
                attempt.verifier = nil
                #expect(try await house.authorize(attempt, &browser).answer?.single("error") == "invalid_request")
            }
            var confidential = Attempt()
            confidential.verifier = nil
            let code = try await house.code(confidential, &browser)
            #expect(try await house.token(house.tokenForm(confidential, code: code)).status == .ok)
        }
    }

    @Test func `the request may be posted from another site`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let response = try await house.client.post(
                "/oauth2/authorize", form: Attempt().request,
                [.origin: "https://department.example", HTTPField.Name("sec-fetch-site")!: "cross-site"])
            let end = try await browser.follow(response, at: "/oauth2/authorize", origin: House.issuer, house.client)
            #expect(end.page?.text.contains("name=\"password\"") == true)
        }
    }

    @Test func `there is no CORS at the authorization endpoint`() async throws {
        try await House.run { house in
            try await house.addClient()
            let response = try await house.client.get(Attempt().uri, [.origin: "https://department.example"])
            #expect(response.headers[.accessControlAllowOrigin] == nil)
        }
    }
}
