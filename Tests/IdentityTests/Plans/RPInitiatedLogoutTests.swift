import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// The lines of `oidcc-rp-initiated-logout-certification-test-plan`, and the request by POST that the standard has too.
enum RPInitiatedLogoutPlan {
    static let lines = answers + refusals + questions + posts

    private static let prefix = "oidcc-rp-initiated-logout"

    private static let answers: [PlanLine] = [
        PlanLine(prefix + "-discovery-endpoint-verification") { plan in
            let address = try #require(try await plan.discovery()["end_session_endpoint"]?.stringValue)
            #expect(address.hasPrefix(House.issuer + "/") && !address.contains("?") && !address.contains("#"))
            let page = try await plan.house.client.get(
                String(address.dropFirst(House.issuer.count)), [.accept: "text/html"])
            #expect(page.saysSignedOut)
        },
        PlanLine(prefix) { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let end = try await plan.logout(PlanHouse.returning(try plan.hint(body)), &browser)
            #expect(end.address?.hasPrefix(PlanHouse.bye + "?") == true)
            #expect(end.answer?.items.map(\.name) == ["state"])
            #expect(try end.answer?.single("state") == PlanHouse.logoutState)
            try await plan.checkSignedOut(&browser, before: before, body)
        },
        PlanLine(prefix + "-no-state") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let request = ParameterList([
                "id_token_hint": try plan.hint(body), "post_logout_redirect_uri": PlanHouse.bye,
            ])
            #expect(try await plan.logout(request, &browser).address == PlanHouse.bye)
            try await plan.checkSignedOut(&browser, before: before, body)
        },
        PlanLine(prefix + "-no-post-logout-redirect-uri") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let request = ParameterList(["id_token_hint": try plan.hint(body), "state": PlanHouse.logoutState])
            let end = try await plan.logout(request, &browser)
            #expect(end.page?.saysSignedOut == true)
            #expect(end.page?.text.contains(PlanHouse.bye) == false)
            try await plan.checkSignedOut(&browser, before: before, body)
        },
    ]

    /// Requests that end on a page of ours, with nobody signed out.
    private static func refused(
        _ name: String, _ requests: @Sendable @escaping (PlanHouse, String) throws -> [ParameterList]
    ) -> PlanLine {
        PlanLine(prefix + name) { plan in
            var browser = Browser()
            let hint = try plan.hint(try await plan.tokens(plan.attempt, &browser))
            for request in try requests(plan, hint) {
                let end = try await plan.logout(request, &browser)
                let page = try #require(end.page, "\(request)")
                #expect(page.status == .badRequest && !page.asksToSignOut && !page.saysSignedOut, "\(request)")
                #expect(!page.text.contains("https://department.example"), "\(request)")
                try await plan.check(signedIn: true, &browser)
            }
        }
    }

    private static let refusals: [PlanLine] = [
        refused("-bad-post-logout-redirect-uri") { _, hint in
            [
                "https://department.example/unregistered", "https://department.example/BYE",
                "https://department.example/bye/", "https://other.example/bye",
            ].map { PlanHouse.returning(hint, to: $0) }
        },
        refused("-query-added-to-post-logout-redirect-uri") { _, hint in
            [PlanHouse.returning(hint, to: PlanHouse.bye + "?foo=bar")]
        },
        refused("-bad-id-token-hint (foreign signature)") { plan, hint in
            let claims = try plan.house.claims(hint)
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            let kid = try #require(try TokenSigner.peek(hint).keyID)
            let header = #"{"alg":"ES256","typ":"JWT","kid":""# + kid + #""}"#
            let payload = String(decoding: claims.encoded(), as: UTF8.self)
            return [
                PlanHouse.returning(try stranger.sign(claims)),
                // Under the name of a key of ours.
                PlanHouse.returning(try stranger.sign(header: header, payload: payload)),
                PlanHouse.returning("no-token"),
            ]
        },
        refused("-modified-id-token-hint (alg none)") { _, hint in
            let parts = hint.split(separator: ".")
            let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
            return [
                PlanHouse.returning("\(none).\(parts[1])."),
                PlanHouse.returning("\(none).\(parts[1]).\(parts[2])"),
            ]
        },
        refused("-no-id-token-hint") { _, _ in
            [ParameterList(["post_logout_redirect_uri": PlanHouse.bye, "state": PlanHouse.logoutState])]
        },
    ]

    /// Requests that nobody vouches for: the person is asked, and signed out after a yes.
    ///
    /// - Parameter destination: `nil` for a page of ours.
    private static func asked(_ name: String, _ request: ParameterList, then destination: String? = nil) -> PlanLine {
        PlanLine(prefix + name) { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let question = try await plan.logout(request, &browser)
            #expect(question.page?.asksToSignOut == true)
            try await plan.check(signedIn: true, &browser)
            let end = try await plan.confirm(question, &browser)
            if let destination {
                #expect(end.address == destination)
            } else {
                #expect(end.page?.saysSignedOut == true)
            }
            try await plan.checkSignedOut(&browser, before: before, body)
        }
    }

    private static let questions: [PlanLine] = [
        asked("-no-params", ParameterList()),
        asked("-only-state", ParameterList(["state": PlanHouse.logoutState])),
        asked(
            "-no-id-token-hint, with client_id: a confirmation first",
            ParameterList([
                "client_id": "department", "post_logout_redirect_uri": PlanHouse.bye, "state": PlanHouse.logoutState,
            ]), then: PlanHouse.bye + "?state=a%20b"),
    ]

    private static let posts: [PlanLine] = [
        PlanLine("a request by POST (§2)") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let form = PlanHouse.returning(try plan.hint(body))
            let response = try await browser.post("/oauth2/logout", form: form, plan.house.client)
            let end = try await browser.follow(
                response, at: "/oauth2/logout", origin: House.issuer, plan.house.client)
            #expect(end.address == PlanHouse.bye + "?state=a%20b")
            try await plan.checkSignedOut(&browser, before: before, body)
        },
        PlanLine("a request by POST from the system's own page, without our cookies") { plan in
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            // Without a hint it signs nobody out, nor takes the session from the browser.
            for form in [ParameterList(), ParameterList(["state": PlanHouse.logoutState])] {
                let end = try await plan.postFromElsewhere(form, &browser)
                #expect(end.page?.asksToSignOut == true, "\(form)")
                try await plan.check(signedIn: true, &browser)
            }
            let end = try await plan.postFromElsewhere(PlanHouse.returning(try plan.hint(body)), &browser)
            #expect(end.address == PlanHouse.bye + "?state=a%20b")
            try await plan.checkSignedOut(&browser, before: before, body)
        },
    ]
}

extension PlanHouse {
    static let bye = "https://department.example/bye"
    static let logoutState = "a b"

    /// Everything that a system sends along, for a way back with `state`.
    static func returning(_ hint: String, to uri: String = PlanHouse.bye) -> ParameterList {
        ParameterList(["id_token_hint": hint, "post_logout_redirect_uri": uri, "state": logoutState])
    }

    func discovery() async throws -> JSONValue {
        try await house.client.get("/.well-known/openid-configuration").json()
    }

    func hint(_ body: JSONValue) throws -> String { try #require(body["id_token"]?.stringValue) }

    func logout(_ request: ParameterList, _ browser: inout Browser) async throws -> FlowEnd {
        try await browser.followFlow("/oauth2/logout?" + request.encoded, origin: House.issuer, house.client)
    }

    /// What a browser does with another site's form: cookies with `SameSite=Lax` stay out of it and go with the
    /// redirects after it.
    func postFromElsewhere(_ form: ParameterList, _ browser: inout Browser) async throws -> FlowEnd {
        let response = try await house.client.post("/oauth2/logout", form: form)
        browser.keep(response)
        return try await browser.follow(response, at: "/oauth2/logout", origin: House.issuer, house.client)
    }

    /// Says yes on the page that asks, with everything its form holds.
    func confirm(_ question: FlowEnd, _ browser: inout Browser) async throws -> FlowEnd {
        let page = try #require(question.page)
        var form = ParameterList()
        for name in ["csrf", "confirm", "client_id", "post_logout_redirect_uri", "state"] {
            if let value = page.field(name) { form.append(name, value) }
        }
        let response = try await browser.post("/oauth2/logout", form: form, house.client)
        return try await browser.follow(response, at: "/oauth2/logout", origin: House.issuer, house.client)
    }

    /// A system that asks silently gets a code, or hears that nobody is signed in.
    func check(signedIn: Bool, _ browser: inout Browser, at place: SourceLocation = #_sourceLocation) async throws {
        let answer = try await authorize(attempt.with("prompt", "none"), &browser).answer()
        let code = try answer.single("code")
        let error = try answer.single("error")
        if signedIn {
            #expect(code != nil && error == nil, sourceLocation: place)
        } else {
            #expect(code == nil && error == "login_required", sourceLocation: place)
        }
    }

    /// Nobody is signed in, neither in the browser nor for who has kept its cookies or tokens.
    func checkSignedOut(
        _ browser: inout Browser, before: Browser, _ body: JSONValue, at place: SourceLocation = #_sourceLocation
    ) async throws {
        try await check(signedIn: false, &browser, at: place)
        var kept = before
        try await check(signedIn: false, &kept, at: place)
        let token = try #require(body["refresh_token"]?.stringValue, sourceLocation: place)
        let response = try await house.refresh(token)
        #expect(response.error == "invalid_grant", sourceLocation: place)
    }
}

extension TestResponse {
    /// The page that asks before it signs anybody out.
    var asksToSignOut: Bool { status == .ok && text.contains("name=\"confirm\"") }

    /// The page after a sign-out.
    var saysSignedOut: Bool { status == .ok && text.contains("/js/signed-out.js") }
}

@Suite("RP-Initiated OP")
struct RPInitiatedLogoutTests {
    @Test(arguments: RPInitiatedLogoutPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
