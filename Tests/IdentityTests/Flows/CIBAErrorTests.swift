import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("CIBA Core 1.0 §4, §7, §10, §11, §13: every error that a system can cause")
struct CIBAErrorTests {
    private static let path = "/oauth2/bc-authorize"
    private static let bank = "bank:" + House.secret
    private static let good = ParameterList(["scope": "openid profile", "login_hint": "19900000001"])

    @Test func `every fault of an authentication request has its own answer, and asks nobody`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.lock(try await house.addCitizen(phone: "19900000002"))
            try await house.addBank()
            try await house.addClient()
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            let theirs = try #require(tokens["id_token"]?.stringValue)
            let access = try #require(tokens["access_token"]?.stringValue)
            let good = Self.good
            let unnamed = good.without("login_hint")
            let rows: [(name: String, form: ParameterList, error: String)] = [
                ("no hint", unnamed, "invalid_request"),
                ("an empty hint", good.replacing("login_hint", ""), "invalid_request"),
                ("every hint", good.adding("id_token_hint", theirs).adding("login_hint_token", "x"), "invalid_request"),
                ("login_hint_token", unnamed.adding("login_hint_token", "x.y.z"), "invalid_request"),
                ("an ID token of another client", unnamed.adding("id_token_hint", theirs), "invalid_request"),
                ("an access token", unnamed.adding("id_token_hint", access), "invalid_request"),
                ("nobody", good.replacing("login_hint", "19900000009"), "unknown_user_id"),
                ("somebody who is locked", good.replacing("login_hint", "19900000002"), "unknown_user_id"),
                ("markup", good.replacing("login_hint", "<b>'--"), "unknown_user_id"),
                (
                    "a long name", good.replacing("login_hint", String(repeating: "a", count: 10_000)),
                    "unknown_user_id"
                ),
                ("without openid", good.replacing("scope", "profile"), "invalid_scope"),
                ("a scope in quotation marks", good.replacing("scope", "openid \"profile\""), "invalid_scope"),
                ("a scope of others", good.replacing("scope", "openid hall.window"), "invalid_scope"),
                ("an unheard-of scope", good.replacing("scope", "unheard-of"), "invalid_scope"),
                ("a scope of spaces", good.replacing("scope", "  "), "invalid_scope"),
                ("a resource of others", good.adding("resource", "https://else.example"), "invalid_target"),
                ("a part of one", good.adding("resource", House.issuer + "/api/v1#x"), "invalid_target"),
                ("private characters", good.adding("binding_message", "a\u{E000}b"), "invalid_binding_message"),
                ("two lines", good.adding("binding_message", "a\u{2028}b"), "invalid_binding_message"),
                ("an object without keys", ParameterList(["request": "a.b.c"]), "invalid_request_object"),
                ("an object beside others", good.adding("request", "a.b.c"), "invalid_request"),
            ]
            for row in rows {
                let response = try await house.call(Self.path, row.form, as: Self.bank)
                #expect(response.isRefusal(row.error), "\(row.name): \(response.status) \(response.text)")
            }
            for expiry in ["0", "-1", "30.5", "1e2", "9999999999", "٣٠", "0x20", "60 "] {
                let response = try await house.call(Self.path, good.adding("requested_expiry", expiry), as: Self.bank)
                #expect(response.isRefusal("invalid_request"), "\(expiry): \(response.text)")
            }
            for name in [
                "scope", "login_hint", "id_token_hint", "login_hint_token", "binding_message", "user_code",
                "requested_expiry", "acr_values", "client_notification_token", "request", "client_id", "unheard-of",
            ] {
                let twice = good.without(name).adding(name, "x").adding(name, "x")
                let response = try await house.call(Self.path, twice, as: Self.bank)
                #expect(response.isRefusal("invalid_request"), "\(name): \(response.text)")
            }
            #expect(try await house.count("identity_approval", where: "kind = 'ciba'") == 0)
        }
    }

    @Test func `who does not prove to be a client that may ask is refused`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            try await house.addClient("web-only")
            try await house.addClient("app", secret: nil)
            try await house.change("app") { $0.grants = [.ciba] }
            let named = Self.good.adding("client_id", "bank")
            let rows: [(name: String, form: ParameterList, caller: String?, error: String)] = [
                ("nobody", Self.good, nil, "invalid_client"), ("no secret", named, nil, "invalid_client"),
                ("a wrong secret", Self.good, "bank:a-wrong-secret-of-many-characters", "invalid_client"),
                ("an unknown client", Self.good, "nobody:" + House.secret, "invalid_client"),
                ("half an assertion", named.adding("client_assertion", "x"), nil, "invalid_client"),
                ("without the grant", Self.good, "web-only:" + House.secret, "unauthorized_client"),
                ("a public client", Self.good.adding("client_id", "app"), nil, "unauthorized_client"),
            ]
            for row in rows {
                let response = try await house.call(Self.path, row.form, as: row.caller)
                #expect(response.isRefusal(row.error), "\(row.name): \(response.status) \(response.text)")
            }
            #expect(try await house.count("identity_approval", where: "kind = 'ciba'") == 0)
        }
    }

    @Test func `what is unknown, empty or not offered counts as not sent, and the level is told`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            let id = try await house.asked {
                for (name, value) in [
                    ("unheard-of", "x"), ("user_code", "1234"), ("client_notification_token", "x"),
                    ("ui_locales", "en"), ("acr_values", "gold L2"), ("binding_message", ""), ("requested_expiry", ""),
                    ("request", ""),
                ] { $0.append(name, value) }
            }
            #expect(id.wholeMatch(of: /[A-Za-z0-9._-]{43,}/) != nil, "§7.3: 128 bits or more, of these characters")
            var browser = try await house.signedIn()
            #expect(try await house.decide("allow", &browser).status == .ok)
            #expect(try await house.pings().isEmpty, "who polls is not called")
            let body = try await house.collect(id).json()
            let token = try house.claims(try #require(body["id_token"]?.stringValue))
            #expect(token["acr"]?.stringValue == "L2" && token["auth_time"] != nil)
        }
    }

    @Test func `every fault of a poll has its own answer, and costs the system nothing`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank()
            try await house.addClient("web-only")
            try await house.addClient("other") {
                $0.redirectURIs = []
                $0.grants = [House.cibaGrant]
            }
            let id = try await house.asked()
            let good = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id])
            let wrong = "bank:a-wrong-secret-of-many-characters"
            let long = String(repeating: "A", count: 10_000)
            let rows: [(name: String, form: ParameterList, caller: String?, error: String)] = [
                ("no id", good.without("auth_req_id"), Self.bank, "invalid_request"),
                ("an empty id", good.replacing("auth_req_id", ""), Self.bank, "invalid_request"),
                ("the id twice", good.adding("auth_req_id", id), Self.bank, "invalid_request"),
                ("an unknown id", good.replacing("auth_req_id", id + "x"), Self.bank, "invalid_grant"),
                ("a long id", good.replacing("auth_req_id", long), Self.bank, "invalid_grant"),
                ("another client", good, "other:" + House.secret, "invalid_grant"),
                ("without the grant", good, "web-only:" + House.secret, "unauthorized_client"),
                ("no secret", good.adding("client_id", "bank"), nil, "invalid_client"),
                ("a wrong secret", good, wrong, "invalid_client"), ("nobody", good, nil, "invalid_client"),
            ]
            for row in rows {
                let response = try await house.call("/oauth2/token", row.form, as: row.caller)
                #expect(response.isRefusal(row.error), "\(row.name): \(response.status) \(response.text)")
            }
            #expect(try await house.collect(id).isRefusal("authorization_pending"))
            #expect(try await house.collect(id).isRefusal("slow_down"))
            house.clock.advance(by: .seconds(120))
            #expect(try await house.collect(id).isRefusal("expired_token"))
            let refused = try await house.asked()
            var browser = try await house.signedIn()
            #expect(try await house.decide("deny", &browser).status == .ok)
            for _ in 0..<3 { #expect(try await house.collect(refused).isRefusal("access_denied"), "400, not 403") }
        }
    }

    @Test(arguments: Backend.available)
    func `a yes gives nothing once the person is locked or the client has lost the grant`(backend: Backend) async throws
    {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await house.addBank()
            let id = try await house.asked()
            var browser = try await house.signedIn()
            #expect(try await house.decide("allow", &browser).status == .ok)
            try await house.change("bank") { $0.grants = [.refreshToken] }
            #expect(try await house.collect(id).isRefusal("unauthorized_client"))
            try await house.change("bank") { $0.grants = [.ciba, .refreshToken] }
            try await house.lock(person)
            #expect(try await house.collect(id).isRefusal("invalid_grant"))
            #expect(try await house.ask().isRefusal("unknown_user_id"))
        }
    }

    @Test func `nobody is called about a request that ran out, nor who polls by now or has no address any more`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addBank(ping: true)
            let token = "8d67dc78-7faa-4d41-aabd-67707b374255"
            func asked() async throws -> String {
                try await house.asked { $0.append("client_notification_token", token) }
            }
            var browser = try await house.signedIn()
            let late = try await asked()
            house.clock.advance(by: .seconds(120))
            #expect(try await browser.get("/approvals", house.client).field("approval") == nil)
            #expect(try await house.collect(late).isRefusal("expired_token"))
            let gone = try await asked()
            #expect(try await house.decide("allow", &browser).status == .ok)
            let message = try #require(try await house.pings().first)
            try await house.change("bank") {
                $0.policy.cibaDelivery = "poll"
                $0.policy.cibaNotificationURI = nil
            }
            try await house.provider.cibaPing.deliver(message)
            #expect(try await house.collect(gone).status == .ok)
            _ = try await house.asked()
            #expect(try await house.decide("deny", &browser).status == .ok)
            #expect(try await house.pings().count == 1, "only the one made while it was in ping mode")
            #expect(house.outbound.notices.isEmpty)
        }
    }

    /// A member of §4 and a change that makes it wrong.
    static let registrations: [(String, RegistrationCheckTests.Change)] = [
        ("backchannel_authentication_request_signing_alg", { $0.policy.backchannelRequestAlgorithm = "none" }),
        ("backchannel_authentication_request_signing_alg", { $0.policy.backchannelRequestAlgorithm = "HS256" }),
        ("backchannel_token_delivery_mode", { $0.policy.cibaDelivery = "push" }),
        ("backchannel_token_delivery_mode", { $0.policy.cibaDelivery = "Poll" }),
        (
            "backchannel_token_delivery_mode",
            {
                $0.secret = nil
                $0.policy.cibaDelivery = "poll"
            }
        ),
        ("grant_types", { $0.secret = nil }),
        ("backchannel_client_notification_endpoint", { $0.policy.cibaDelivery = "ping" }),
        ("backchannel_client_notification_endpoint", { ping(&$0, at: "http://bank.example/ping") }),
        ("backchannel_client_notification_endpoint", { ping(&$0, at: "https://bank.example/ping#x") }),
        ("backchannel_client_notification_endpoint", { ping(&$0, at: "/ping") }),
        ("backchannel_client_notification_endpoint", { ping(&$0, at: "javascript:alert(1)") }),
    ]

    private static func ping(_ registration: inout ClientRegistration, at uri: String) {
        registration.policy.cibaDelivery = "ping"
        registration.policy.cibaNotificationURI = uri
    }

    @Test(arguments: registrations.indices)
    func `a registration that could not work is refused by the name of its member`(index: Int) throws {
        let (member, change) = Self.registrations[index]
        var registration = ClientRegistration(id: "bank")
        registration.secret = Secret(House.secret)
        registration.grants = [House.cibaGrant]
        registration.scopes = ["openid"]
        #expect(try ValidateRegistration(crypto: House.crypto)(registration).grants == [.ciba], "good as it is")
        change(&registration)
        let changed = registration
        let error = #expect(throws: ClientRegistrationFault.self) {
            try ValidateRegistration(crypto: House.crypto)(changed)
        }
        #expect(error?.faults.contains { $0.member == member } == true, "\(member): \(error?.description ?? "taken")")
    }
}
