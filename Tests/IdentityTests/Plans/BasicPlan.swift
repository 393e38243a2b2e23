import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// The lines of `oidcc-basic-certification-test-plan`. Not offered and therefore only seen to be
/// refused or ignored properly: `alg` none, the scopes `email` and `address`, `request_uri` elsewhere.
enum BasicPlan {
    static let lines = happy + scopes + prompts + hints + refusals + requestObjects + details

    private static let happy: [PlanLine] = [
        PlanLine("oidcc-server") { plan in
            var browser = Browser()
            let end = try await plan.authorize(plan.attempt, &browser)
            guard case .page(let page) = end else {
                Issue.record("no sign-in page")
                return
            }
            let answer = try plan.landing(try await plan.house.signIn(page, &browser)).answer()
            #expect(try answer.single("state") == "st/ate 1")
            #expect(try answer.single("iss") == House.issuer)
            let code = try #require(try answer.single("code"))
            #expect(code.utf8.count >= 43)
            let response = try await plan.house.token(plan.house.tokenForm(code: code))
            #expect(response.headers[.cacheControl] == "no-store" && response.headers[.pragma] == "no-cache")
            let body = try response.json()
            #expect(body["token_type"]?.stringValue == "Bearer" && body["expires_in"]?.integerValue == 600)
            let claims = try plan.idToken(body)
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == "department")
            #expect(claims["nonce"]?.stringValue == "n-1" && claims["at_hash"] != nil)
            for name in ["name", "phone_number"] { #expect(claims[name] == nil, "\(name) was not asked for") }
            #expect(try await plan.userInfo(body)["sub"] == claims["sub"])
        },
        PlanLine("oidcc-idtoken-signature") { plan in
            try await plan.house.change { $0.idTokenAlgorithm = .rs256 }
            var browser = Browser()
            let token = try #require(try await plan.tokens(plan.attempt, &browser)["id_token"]?.stringValue)
            let keys = try await plan.house.client.get("/oauth2/jwks").json()
            let (kid, algorithm) = try TokenSigner.peek(token)
            #expect(algorithm == .rs256)
            #expect(keys["keys"]?.arrayValue?.contains { $0["kid"]?.stringValue == kid } == true)
            #expect(
                try TokenSigner.verify(token, keys: VerificationKeys(jwks: keys), expectedTypes: ["JWT"])["sub"] != nil)
        },
        PlanLine("oidcc-idtoken-unsigned") { plan in
            await #expect(throws: ClientRegistrationFault.self) {
                try await plan.house.addClient("unsigned") { $0.idTokenAlgorithm = "none" }
            }
        },
        PlanLine("oidcc-userinfo-get, -post-header, -post-body") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let token = try #require(body["access_token"]?.stringValue)
            let bearer: HTTPFields = [.authorization: "Bearer " + token]
            let form: HTTPFields = [.contentType: ParameterList.formType]
            for response in [
                try await plan.house.client.get("/oauth2/userinfo", bearer),
                try await plan.house.client.send(.post, "/oauth2/userinfo", bearer),
                try await plan.house.client.send(.post, "/oauth2/userinfo", form, body: "access_token=" + token),
            ] {
                #expect(response.status == .ok)
                #expect(try response.json()["sub"] == plan.idToken(body)["sub"])
            }
        },
        PlanLine("oidcc-ensure-request-without-nonce-succeeds-for-code-flow") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt.with("nonce", nil), &browser)
            #expect(try plan.idToken(body)["nonce"] == nil)
        },
        PlanLine("oidcc-alternate-happy-flow") { plan in
            var browser = Browser()
            var reversed = plan.attempt.with("scope", "phone profile openid")
            reversed.parameters = ParameterList(reversed.parameters.items.reversed())
            let body = try await plan.tokens(reversed, &browser)
            #expect(Set(body["scope"]?.stringValue?.split(separator: " ") ?? []) == ["openid", "profile", "phone"])
        },
        PlanLine("oidcc-server-client-secret-post") { plan in
            var browser = Browser()
            let code = try await plan.code(plan.attempt, &browser)
            let form = plan.house.tokenForm(code: code).adding("client_id", "department")
                .adding("client_secret", House.secret)
            #expect(try await plan.house.token(form, as: nil).status == .ok)
        },
        PlanLine("oidcc-ensure-request-with-valid-pkce-succeeds") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            #expect(body["access_token"] != nil)
        },
        PlanLine("oidcc-refresh-token") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let token = try #require(body["refresh_token"]?.stringValue)
            #expect(try await plan.house.refresh(token, as: "other").error == "invalid_grant")
            let fresh = try await plan.house.refresh(token).json()
            #expect(try plan.idToken(fresh)["sub"] == plan.idToken(body)["sub"])
            #expect(try plan.idToken(fresh)["auth_time"] == plan.idToken(body)["auth_time"])
        },
    ]

    private static let scopes: [PlanLine] =
        [
            ("profile", ["name", "locale", "zoneinfo", "updated_at"]),
            ("phone", ["phone_number", "phone_number_verified"]), ("email", []), ("address", []),
            ("profile email address phone", ["name", "phone_number"]),
        ].map { scope, names in
            PlanLine("oidcc-scope-" + scope.replacing(" ", with: "-")) { plan in
                var browser = Browser()
                let body = try await plan.tokens(plan.attempt.with("scope", "openid " + scope), &browser)
                let info = try await plan.userInfo(body)
                for name in names {
                    #expect(info[name] != nil, "\(name)")
                    #expect(try plan.idToken(body)[name] == nil, "\(name)")
                }
                if names.isEmpty { #expect(info.objectMembers?.map(\.name) == ["sub"]) }
            }
        }

    private static let prompts: [PlanLine] = [
        PlanLine("oidcc-prompt-login") { plan in
            var browser = Browser()
            let first = try plan.idToken(try await plan.tokens(plan.attempt, &browser))
            plan.house.clock.advance(by: .seconds(5))
            let again = try await plan.authorize(plan.attempt.with("prompt", "login"), &browser)
            guard case .page(let page) = again else {
                Issue.record("no sign-in page")
                return
            }
            plan.house.clock.advance(by: .seconds(5))
            let answer = try plan.landing(try await plan.house.signIn(page, &browser)).answer()
            let body = try await plan.house.token(
                plan.house.tokenForm(code: try #require(try answer.single("code")))
            ).json()
            let second = try plan.idToken(body)
            #expect(second["auth_time"]?.integerValue ?? 0 > first["auth_time"]?.integerValue ?? 0)
            #expect(second["sub"] == first["sub"])
        },
        PlanLine("oidcc-prompt-none-not-logged-in") { plan in
            var browser = Browser()
            let answer = try await plan.authorize(plan.attempt.with("prompt", "none"), &browser).answer()
            #expect(try answer.single("error") == "login_required")
            #expect(try answer.single("state") == "st/ate 1")
        },
        PlanLine("oidcc-prompt-none-logged-in") { plan in
            var browser = Browser()
            let first = try plan.idToken(try await plan.tokens(plan.attempt, &browser))
            plan.house.clock.advance(by: .seconds(5))
            let silent = try await plan.authorize(plan.attempt.with("prompt", "none"), &browser).answer()
            let body = try await plan.house.token(
                plan.house.tokenForm(code: try #require(try silent.single("code")))
            ).json()
            #expect(try plan.idToken(body)["auth_time"] == first["auth_time"])
            #expect(try plan.idToken(body)["sub"] == first["sub"])
        },
        PlanLine("oidcc-max-age-1, -10000") { plan in
            var browser = Browser()
            let first = try plan.idToken(try await plan.tokens(plan.attempt, &browser))
            plan.house.clock.advance(by: .seconds(3))
            let kept = try plan.idToken(try await plan.tokens(plan.attempt.with("max_age", "10000"), &browser))
            #expect(kept["auth_time"] == first["auth_time"])
            #expect(try await plan.authorize(plan.attempt.with("max_age", "1"), &browser).page != nil)
            plan.house.clock.advance(by: .seconds(1))
            let fresh = try plan.idToken(try await plan.tokens(plan.attempt.with("max_age", "1"), &browser))
            #expect(fresh["auth_time"]?.integerValue ?? 0 > first["auth_time"]?.integerValue ?? 0)
        },
        PlanLine("oidcc-display-page, -popup") { plan in
            for display in ["page", "popup", "touch", "wap"] {
                var browser = Browser()
                let landing = try await plan.authorize(plan.attempt.with("display", display), &browser)
                #expect(landing.page?.status == .ok)
            }
        },
    ]

    private static let hints: [PlanLine] = [
        PlanLine("oidcc-id-token-hint") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let hint = try #require(body["id_token"]?.stringValue)
            let attempt = plan.attempt.with("prompt", "none").with("id_token_hint", hint)
            let answer = try await plan.authorize(attempt, &browser).answer()
            #expect(try answer.single("code") != nil)
        },
        PlanLine("oidcc-login-hint") { plan in
            var browser = Browser()
            let page = try await plan.authorize(plan.attempt.with("login_hint", "19900000001"), &browser).page
            #expect(page?.text.contains("value=\"19900000001\"") == true)
        },
        PlanLine("oidcc-ui-locales") { plan in
            var browser = Browser()
            let page = try await plan.authorize(plan.attempt.with("ui_locales", "se en"), &browser).page
            #expect(page?.text.contains("<html lang=\"en\"") == true)
            var other = Browser()
            #expect(try await plan.authorize(plan.attempt.with("ui_locales", "xx"), &other).page?.status == .ok)
        },
        PlanLine("oidcc-claims-locales") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt.with("claims_locales", "se"), &browser)
            #expect(body["id_token"] != nil)
        },
        PlanLine("oidcc-ensure-request-with-acr-values-succeeds") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt.with("acr_values", "L1 L2"), &browser)
            #expect(["L1", "L2"].contains(try plan.idToken(body)["acr"]?.stringValue))
        },
        PlanLine("oidcc-claims-essential") { plan in
            var browser = Browser()
            let claims = #"{"userinfo":{"name":{"essential":true}}}"#
            let attempt = plan.attempt.with("scope", "openid").with("claims", claims)
            let info = try await plan.userInfo(try await plan.tokens(attempt, &browser))
            #expect(info["name"] != nil)
        },
        PlanLine("oidcc-ensure-request-with-unknown-parameter-succeeds") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt.with("extra", "foobar"), &browser)
            #expect(body["id_token"] != nil)
        },
    ]

    private static let refusals: [PlanLine] = [
        PlanLine("oidcc-response-type-missing") { plan in
            var browser = Browser()
            let answer = try await plan.authorize(plan.attempt.with("response_type", ""), &browser).answer()
            #expect(try answer.single("error") == "invalid_request")
            #expect(try answer.single("state") == "st/ate 1")
        },
        PlanLine("oidcc-codereuse, -30seconds") { plan in
            var browser = Browser()
            let form = plan.house.tokenForm(code: try await plan.code(plan.attempt, &browser))
            let body = try await plan.house.token(form).json()
            plan.house.clock.advance(by: .seconds(30))
            #expect(try await plan.house.token(form).error == "invalid_grant")
            try await plan.house.provider.revocations.refresh()
            let token = try #require(body["access_token"]?.stringValue)
            #expect(try await plan.house.userInfo(token).status == .unauthorized)
        },
        PlanLine("oidcc-ensure-registered-redirect-uri") { plan in
            var attempt = plan.attempt
            attempt.redirectURI += "/unregistered"
            let response = try await plan.house.client.get(attempt.uri, [.accept: "text/html"])
            #expect(response.status == .badRequest && response.headers[.location] == nil)
        },
        PlanLine("oidcc-ensure-post-request-succeeds") { plan in
            var browser = Browser()
            let response = try await plan.house.client.post("/oauth2/authorize", form: plan.attempt.request)
            let end = try await browser.follow(
                response, at: "/oauth2/authorize", origin: House.issuer, plan.house.client)
            let answer = try plan.landing(try await plan.house.signIn(end, &browser)).answer()
            #expect(try answer.single("code") != nil)
        },
    ]

    private static let requestObjects: [PlanLine] = [
        PlanLine("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported") { plan in
            var browser = Browser()
            let attempt = plan.attempt.with("request_uri", "https://department.example/request.jwt")
            let answer = try await plan.authorize(attempt, &browser).answer()
            #expect(try answer.single("error") == "request_uri_not_supported")
        },
        PlanLine("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported") { plan in
            var browser = Browser()
            let object =
                Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + Base64URL.encode(Array("{}".utf8)) + "."
            let answer = try await plan.authorize(plan.attempt.with("request", object), &browser).answer()
            #expect(try answer.single("error") == "request_not_supported")
        },
        PlanLine("oidcc-ensure-request-object-with-redirect-uri") { plan in
            let key = try ClientKey.es256.get()
            try await plan.house.change {
                $0.keys = ClientKeys(jwks: key.jwks)
                $0.redirectURIs.append("https://department.example/second")
            }
            var inside = plan.attempt
            inside.redirectURI = "https://department.example/second"
            let object = try RequestObject(inside, at: plan.house.clock.now()).signed(by: key)
            var browser = Browser()
            let beside = "&redirect_uri=https%3A%2F%2Fdepartment.example%2Fcallback"
            let page = try await plan.house.open(House.address(object: object, beside), &browser)
            let end = try await plan.house.signIn(page, &browser)
            let goes = end.address ?? end.page?.text ?? ""
            #expect(goes.contains("https://department.example/second"))
        },
    ]
}

@Suite("Basic OP")
struct BasicOPTests {
    @Test(arguments: BasicPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}

@Suite("Form Post OP")
struct FormPostOPTests {
    @Test(arguments: BasicPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, mode: "form_post", on: backend)
    }

    @Test func `the answer is posted by itself, works without JavaScript and is never cached`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let attempt = Attempt().with("response_mode", "form_post")
            let end = try await house.signIn(try await house.authorize(attempt, &browser), &browser)
            let page = try #require(end.page)
            #expect(page.text.contains("data-submit-now") && page.text.contains("<button"))
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(!page.text.contains("onload="))
        }
    }
}
