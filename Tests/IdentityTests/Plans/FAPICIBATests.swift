import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

/// The lines of `fapi-ciba-id1-test-plan`; our profile is stricter, as it binds tokens by FAPI 2.0.
enum FAPICIBAPlan {
    static let lines = flows + waiting + clients + bound + objects + signatures + hints + pings

    private static let flows: [PlanLine] = [
        PlanLine("discovery-end-point-verification") { plan in
            let document = try await plan.house.client.get("/.well-known/openid-configuration").json()
            func list(_ name: String) -> [JSONValue] { document[name]?.arrayValue ?? [] }
            #expect(
                document["backchannel_authentication_endpoint"]?.stringValue == House.issuer + "/oauth2/bc-authorize")
            // Push is forbidden by FAPI-CIBA §5.2.2.
            #expect(list("backchannel_token_delivery_modes_supported") == ["poll", "ping"])
            #expect(list("grant_types_supported").contains(.string(House.cibaGrant)))
            let algorithms = list("backchannel_authentication_request_signing_alg_values_supported")
            #expect(algorithms.contains("PS256") && algorithms.contains("ES256"))
            #expect(!algorithms.contains("none") && !algorithms.contains("HS256"))
            #expect(document["backchannel_user_code_parameter_supported"]?.boolValue == false)
            let methods = list("token_endpoint_auth_methods_supported")
            #expect(methods.contains("private_key_jwt") && methods.contains("tls_client_auth"))
            #expect(document["tls_client_certificate_bound_access_tokens"]?.boolValue == true)
        },
        PlanLine("happy flow, poll (two clients, tokens bound to their keys)") { plan in
            let maker = try ProofMaker.es256.get()
            for client in ["signed", "second"] {
                let key = try await plan.addCIBAClient(client)
                let answer = try await plan.ask(plan.object(client), key, as: client)
                #expect(answer.headers[.cacheControl] == "no-store")
                #expect(try answer.json()["interval"]?.integerValue == 5)
                let id = try answer.authReqID()
                #expect(id.utf8.count >= 43, "§7.3: at least 128 bits, 160 better")
                try await plan.decide("allow")
                let collected = try await plan.collect(id, key, as: client)
                #expect(collected.status == .ok, "\(collected.text)")
                let body = try collected.json()
                #expect(body["token_type"]?.stringValue == "DPoP")
                let idToken = try plan.idToken(body)
                #expect(idToken["aud"]?.stringValue == client && idToken["iss"]?.stringValue == House.issuer)
                let info = try await plan.userInfo(body, proof: maker)
                #expect(try info.json()["sub"] == idToken["sub"] && idToken["sub"] != nil)
                let access = try #require(body["access_token"]?.stringValue)
                #expect(try await plan.house.userInfo(access).status == .unauthorized)
                #expect(try await plan.userInfo(body, proof: plan.otherHolder).status == .unauthorized)
                #expect(try await plan.collect(id, key, as: client).error == "invalid_grant", "collected once")
            }
        },
        PlanLine("user-rejects-authentication") { plan in
            let key = try await plan.addCIBAClient()
            let id = try await plan.asked(key)
            try await plan.decide("deny")
            for _ in 0..<2 {
                let answer = try await plan.collect(id, key)
                #expect(answer.status == .badRequest && answer.error == "access_denied")
            }
        },
        PlanLine("acr is told when it was asked for (FAPI-CIBA §5.2.2)") { plan in
            let key = try await plan.addCIBAClient()
            let id = try await plan.asked(key, plan.object().with("acr_values", "L4 L2"))
            try await plan.decide("allow")
            #expect(try plan.idToken(try await plan.collect(id, key).json())["acr"]?.stringValue == "L2")
        },
        PlanLine("id_token_hint names the person as well as a name does") { plan in
            let key = try await plan.addCIBAClient()
            let other = try await plan.addCIBAClient("second")
            let first = try await plan.asked(key)
            try await plan.decide("allow")
            let body = try await plan.collect(first, key).json()
            let hint = try #require(body["id_token"])
            let named = plan.object().with("login_hint", nil).with("id_token_hint", hint)
            let id = try await plan.asked(key, named)
            try await plan.decide("allow")
            let again = try await plan.collect(id, key).json()
            #expect(try plan.idToken(again)["sub"] == plan.idToken(body)["sub"])
            // It is good for the client alone to which it was issued.
            let theirs = plan.object("second").with("login_hint", nil).with("id_token_hint", hint)
            #expect(try await plan.ask(theirs, other, as: "second").error == "invalid_request")
        },
    ]

    private static let waiting: [PlanLine] = [
        PlanLine("multiple-call-to-token-endpoint: authorization_pending, slow_down") { plan in
            let key = try await plan.addCIBAClient()
            let id = try await plan.asked(key)
            // Each poll that comes too soon makes the interval 5 s longer; a second early is forgiven.
            for (after, error) in [
                (0, "authorization_pending"), (3, "slow_down"), (8, "slow_down"), (14, "authorization_pending"),
                (13, "slow_down"),
            ] {
                plan.house.clock.advance(by: .seconds(after))
                let answer = try await plan.collect(id, key)
                #expect(answer.status == .badRequest && answer.error == error, "after \(after) s")
            }
            // A decision is collected at once, however often was asked before.
            try await plan.decide("allow")
            #expect(try await plan.collect(id, key).status == .ok)
        },
        PlanLine("auth-req-id-expired: before and after a yes") { plan in
            let key = try await plan.addCIBAClient()
            let unanswered = try await plan.asked(key)
            plan.house.clock.advance(by: .seconds(120))
            #expect(try await plan.collect(unanswered, key).error == "expired_token")
            let allowed = try await plan.asked(key)
            try await plan.decide("allow")
            plan.house.clock.advance(by: .seconds(120))
            #expect(try await plan.collect(allowed, key).error == "expired_token")
        },
        PlanLine("requested_expiry as a string, and as a number") { plan in
            let key = try await plan.addCIBAClient()
            for value: JSONValue in ["45", 45] {
                let answer = try await plan.ask(plan.object().with("requested_expiry", value), key)
                #expect(try answer.json()["expires_in"]?.integerValue == 45, "\(answer.text)")
                let id = try answer.authReqID()
                plan.house.clock.advance(by: .seconds(44))
                #expect(try await plan.collect(id, key).error == "authorization_pending")
                plan.house.clock.advance(by: .seconds(1))
                #expect(try await plan.collect(id, key).error == "expired_token")
            }
            for value: JSONValue in ["0", "-30", "30.5", "soon", 0] {
                let answer = try await plan.ask(plan.object().with("requested_expiry", value), key)
                #expect(answer.error == "invalid_request", "\(value)")
            }
        },
        PlanLine("binding-message: shown as it is, or invalid_binding_message") { plan in
            let key = try await plan.addCIBAClient()
            let message = "W4SCT-柜台 3 <b>&amp;</b>"
            _ = try await plan.asked(key, plan.object().with("binding_message", .string(message)))
            var browser = try await plan.house.signedIn()
            let page = try await browser.get("/approvals", plan.house.client)
            #expect(page.text.contains("W4SCT-柜台 3 &lt;b&gt;&amp;amp;&lt;/b&gt;"))
            for bad in [String(repeating: "1", count: 61), "a\nb", "a\u{202E}b", "a\u{200B}b"] {
                let answer = try await plan.ask(plan.object().with("binding_message", .string(bad)), key)
                #expect(answer.status == .badRequest && answer.error == "invalid_binding_message", "\(bad)")
            }
        },
    ]
}

@Suite("FAPI-CIBA")
struct FAPICIBATests {
    @Test(arguments: FAPICIBAPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
