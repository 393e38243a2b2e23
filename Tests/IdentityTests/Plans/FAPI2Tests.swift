import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

extension PlanHouse {
    /// A client under the FAPI 2.0 switch that proves itself by signatures.
    func addFAPIClient(_ id: String = "signed") async throws -> ClientKey {
        let key = id == "signed" ? try ClientKey.es256.get() : ClientKey(key: try SigningKey.generate(.es256))
        try await house.addSignedClient(id, keys: ClientKeys(jwks: key.jwks)) { $0.policy.fapi2 = true }
        return key
    }

    var fapi: Attempt { Attempt(client: "signed", redirectURI: "https://signed.example/callback") }

    func push(
        _ form: ParameterList, _ key: ClientKey, as client: String = "signed", assertion: Assertion? = nil,
        proofs: [String] = []
    ) async throws -> TestResponse {
        let claims = assertion ?? Assertion(client, at: house.clock.now(), id: house.surroundings.newID())
        let proved = form.adding("client_assertion_type", AssertionCredentials.type)
            .adding("client_assertion", try key.sign(claims.json))
        return try await house.push(proved, as: nil, proofs: proofs)
    }

    /// - Returns: the address to open in a browser.
    func pushed(_ attempt: Attempt, _ key: ClientKey) async throws -> String {
        let response = try await push(attempt.request, key, as: attempt.client)
        #expect(response.status == .created, "\(response.text)")
        return House.address(
            try #require(try response.json()["request_uri"]?.stringValue), client: attempt.client)
    }

    func signedIn(_ address: String, _ browser: inout Browser) async throws -> FlowEnd {
        let end = try await house.open(address, &browser)
        return end.path?.hasPrefix("/login") == true ? try await house.signIn(end, &browser) : end
    }
}

/// The lines of `fapi2-security-profile-final-test-plan`; the many faults of a DPoP proof stand with RFC 9449, those of
/// an assertion with RFC 7523.
enum FAPI2Plan {
    static let lines = flows + pushing + refusals + tokens

    private static let flows: [PlanLine] = [
        PlanLine("discovery-end-point-verification") { plan in
            let document = try await plan.house.client.get("/.well-known/openid-configuration").json()
            #expect(document["pushed_authorization_request_endpoint"]?.stringValue == House.issuer + "/oauth2/par")
            #expect(document["code_challenge_methods_supported"]?.arrayValue == ["S256"])
            #expect(document["authorization_response_iss_parameter_supported"]?.boolValue == true)
            #expect(document["token_endpoint_auth_methods_supported"]?.arrayValue?.contains("private_key_jwt") == true)
            let algorithms = document["token_endpoint_auth_signing_alg_values_supported"]?.arrayValue ?? []
            #expect(algorithms.contains("PS256") && algorithms.contains("ES256") && !algorithms.contains("none"))
        },
        PlanLine("happy-flow (authorization)") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let answer = try #require(try await plan.signedIn(try await plan.pushed(plan.fapi, key), &browser).answer)
            #expect(try answer.single("code")?.utf8.count ?? 0 >= 43)
            #expect(try answer.single("iss") == House.issuer)
            #expect(try answer.single("state") == "st/ate 1")
        },
        PlanLine("user-rejects-authentication") { plan in
            let key = try await plan.addFAPIClient()
            try await plan.house.change("signed") { $0.policy.requireConsent = true }
            var browser = Browser()
            let page = try await plan.signedIn(try await plan.pushed(plan.fapi, key), &browser)
            let end = try await plan.house.press("decision", "deny", on: page, at: "/consent", &browser)
            #expect(try end.answer?.single("error") == "access_denied")
            #expect(try end.answer?.single("iss") == House.issuer)
        },
        PlanLine("ensure-authorization-request-without-state-success, -without-nonce-success") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let bare = plan.fapi.with("state", nil).with("nonce", nil)
            let answer = try #require(try await plan.signedIn(try await plan.pushed(bare, key), &browser).answer)
            #expect(try answer.single("code") != nil && !answer.contains("state"))
        },
        PlanLine("with-64-char-nonce-success; long nonce and state whole or refused") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            for length in [64, 384] {
                let state = String(repeating: "s", count: length)
                let attempt = plan.fapi.with("nonce", String(repeating: "n", count: length)).with("state", state)
                let answer = try await plan.signedIn(try await plan.pushed(attempt, key), &browser).answer
                #expect(try answer?.single("state") == state)
            }
            for (name, length) in [("state", 2049), ("nonce", 1025)] {
                let long = plan.fapi.with(name, String(repeating: "x", count: length))
                #expect(try await plan.push(long.request, key).error == "invalid_request")
            }
        },
        PlanLine("ensure-other-scope-order-succeeds") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let attempt = plan.fapi.with("scope", "profile openid")
            #expect(
                try await plan.signedIn(try await plan.pushed(attempt, key), &browser).answer?.single("code") != nil)
        },
        PlanLine("test-claims-parameter-identity-claims") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let attempt = plan.fapi.with(
                "claims", #"{"id_token":{"name":null},"userinfo":{"name":{"essential":true}}}"#)
            #expect(
                try await plan.signedIn(try await plan.pushed(attempt, key), &browser).answer?.single("code") != nil)
        },
    ]

    private static let pushing: [PlanLine] = [
        PlanLine("par-ensure-reused-request-uri-prior-to-auth-completion-succeeds") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let address = try await plan.pushed(plan.fapi, key)
            _ = try await plan.house.open(address, &browser)
            #expect(try await plan.signedIn(address, &browser).answer?.single("code") != nil)
        },
        PlanLine("par-attempt-reuse-request_uri") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let address = try await plan.pushed(plan.fapi, key)
            _ = try await plan.signedIn(address, &browser)
            #expect(try await plan.house.open(address, &browser).page?.text.contains("invalid_request_uri") == true)
        },
        PlanLine("par-attempt-to-use-expired-request_uri") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let address = try await plan.pushed(plan.fapi, key)
            plan.house.clock.advance(by: .seconds(61))
            #expect(try await plan.house.open(address, &browser).page?.text.contains("invalid_request_uri") == true)
        },
        PlanLine("par-attempt-to-use-request_uri-for-different-client") { plan in
            let key = try await plan.addFAPIClient()
            _ = try await plan.addFAPIClient("second")
            var browser = Browser()
            let address = try await plan.pushed(plan.fapi, key)
            let stolen = address.replacing("client_id=signed", with: "client_id=second")
            #expect(try await plan.house.open(stolen, &browser).page?.status == .badRequest)
        },
        PlanLine("par-authorization-request-containing-request_uri-form-param") { plan in
            let key = try await plan.addFAPIClient()
            let form = plan.fapi.request.adding("request_uri", PushedRequests.prefix + "x")
            #expect(try await plan.push(form, key).error == "invalid_request")
        },
        PlanLine("par-attempt-invalid-http-method") { plan in
            let response = try await plan.house.client.get("/oauth2/par")
            #expect(response.status == .methodNotAllowed)
        },
        PlanLine("par-without-duplicate-parameters") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            // Nothing but client_id and request_uri at the authorization endpoint.
            let address = try await plan.pushed(plan.fapi, key)
            #expect(address.split(separator: "&").count == 2)
            #expect(try await plan.signedIn(address, &browser).answer?.single("code") != nil)
        },
        PlanLine("assertion nbf +8 s accepted, > 60 s refused") { plan in
            let key = try await plan.addFAPIClient()
            let now = plan.house.clock.now()
            for (ahead, status) in [(8, HTTPResponse.Status.created), (61, .unauthorized)]
                as [(Int64, HTTPResponse.Status)]
            {
                let assertion = Assertion(at: now, id: "nbf-\(ahead)").with("nbf", .integer(now.seconds + ahead))
                #expect(try await plan.push(plan.fapi.request, key, assertion: assertion).status == status)
            }
        },
        PlanLine("par-test-array-, -par-endpoint-url-, -token-endpoint-url-as-audience-fails") { plan in
            let key = try await plan.addFAPIClient()
            let audiences: [JSONValue] = [
                .strings([House.issuer]), .string(House.issuer + "/oauth2/par"),
                .string(House.issuer + "/oauth2/token"),
            ]
            for (index, audience) in audiences.enumerated() {
                let assertion = Assertion(at: plan.house.clock.now(), id: "aud-\(index)").with("aud", audience)
                let response = try await plan.push(plan.fapi.request, key, assertion: assertion)
                #expect(response.status == .unauthorized && response.error == "invalid_client")
            }
        },
    ]

    private static let refusals: [PlanLine] = [
        PlanLine("ensure-unsigned-authorization-request-without-using-par-fails") { plan in
            _ = try await plan.addFAPIClient()
            var browser = Browser()
            #expect(try await plan.house.authorize(plan.fapi, &browser).answer?.single("error") == "invalid_request")
        },
        PlanLine("par-ensure-pkce-required, par-plain-pkce-rejected") { plan in
            let key = try await plan.addFAPIClient()
            var bare = plan.fapi
            bare.verifier = nil
            #expect(try await plan.push(bare.request, key).error == "invalid_request")
            let plain = plan.fapi.with("code_challenge_method", "plain")
            #expect(try await plan.push(plain.request, key).error == "invalid_request")
        },
        PlanLine("ensure-response-type-code-idtoken-fails, -token-fails") { plan in
            let key = try await plan.addFAPIClient()
            for type in ["code id_token", "token", "code token", "none"] {
                let form = plan.fapi.with("response_type", type).request
                #expect(try await plan.push(form, key).error == "unsupported_response_type", "\(type)")
            }
        },
        PlanLine("ensure-registered-redirect-uri, ensure-redirect-uri-in-authorization-request") { plan in
            let key = try await plan.addFAPIClient()
            for uri in ["https://signed.example/other", "https://signed.example/callback?x=1", ""] {
                var attempt = plan.fapi
                attempt.redirectURI = uri
                #expect(try await plan.push(attempt.request, key).error == "invalid_request", "\(uri)")
            }
        },
        PlanLine("a redirect URI without TLS is refused, save a native app's loopback address (§5.3.2.2)") { plan in
            let key = try await plan.addFAPIClient()
            let loopback = "http://127.0.0.1:4/callback"
            let others = [
                "http://localhost:4/callback", "http://127.0.0.1.evil.example/callback",
                "http://127.0.0.1@evil.example/", "http://signed.example/callback", "cn.example.signed:/callback",
            ]
            try await plan.house.change("signed") { $0.redirectURIs += others + [loopback] }
            for type in ["web", "native"] {
                try await plan.house.change("signed") { $0.profile.applicationType = type }
                for uri in others + [loopback] {
                    var attempt = plan.fapi
                    attempt.redirectURI = uri
                    let isGood = type == "native" && uri == loopback
                    let response = try await plan.push(attempt.request, key)
                    #expect(response.error == (isGood ? nil : "invalid_request"), "\(type) \(uri)")
                }
            }
        },
        PlanLine("a push that no key or certificate proves is refused (§5.3.2.1, §5.3.2.2)") { plan in
            _ = try await plan.addFAPIClient()
            let form = plan.fapi.request
            for (form, credentials) in [
                (form, nil), (form.without("client_id"), nil), (form, "signed:" + House.secret),
                (form.adding("client_secret", House.secret), nil),
            ] as [(ParameterList, String?)] {
                let response = try await plan.house.push(form, as: credentials)
                #expect(response.status == .unauthorized && response.error == "invalid_client", "\(response.text)")
            }
            // A registration that was not judged under the profile, with a secret or public.
            try await plan.house.addClient("app", secret: nil)
            for client in ["department", "app"] {
                try await plan.house.change(client) { $0.policy.fapi2 = true }
                let attempt = Attempt(client: client, redirectURI: "https://\(client).example/callback")
                let credentials = client == "app" ? nil : client + ":" + House.secret
                let response = try await plan.house.push(attempt.request, as: credentials)
                #expect(response.status == .unauthorized && response.error == "invalid_client", "\(client)")
            }
        },
        PlanLine("a challenge without its method is refused, which would mean plain (§5.3.2.2)") { plan in
            let key = try await plan.addFAPIClient()
            let bare = plan.fapi.with("code_challenge_method", "")
            #expect(try await plan.push(bare.request, key).error == "invalid_request")
        },
        PlanLine("passwords of people are no grant (§5.3.2.1)") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let form = ParameterList([
                "grant_type": "password", "username": "19900000001", "password": House.password, "scope": "openid",
            ])
            #expect(try await plan.fapiToken(form, key, proof: maker).error == "unsupported_grant_type")
        },
        PlanLine("codes live no longer than 60 s, references less than 600 s; redirects are 303") { plan in
            #expect(plan.house.provider.settings.codeLife <= .seconds(60))
            #expect(plan.house.provider.settings.pushedRequestLife < .seconds(600))
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            let address = try await plan.pushed(plan.fapi, key)
            let response = try await browser.get(address, plan.house.client)
            #expect(response.status == .seeOther)
        },
    ]
}

@Suite("FAPI 2.0 Security Profile: authorization")
struct FAPI2SecurityProfileTests {
    @Test(arguments: FAPI2Plan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
