import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

extension FAPICIBAPlan {
    /// A change to a good request object, and what becomes of it.
    ///
    /// - Parameter error: `nil` when it is accepted.
    private static func object(
        _ name: String, _ error: String? = "invalid_request_object",
        _ change: @Sendable @escaping (BackchannelObject, Int64) -> BackchannelObject
    ) -> PlanLine {
        PlanLine(name) { plan in
            let key = try await plan.addCIBAClient()
            let answer = try await plan.ask(change(plan.object(), plan.house.clock.now().seconds), key)
            guard let error else { return #expect(answer.status == .ok, "\(answer.text)") }
            #expect(answer.status == .badRequest && answer.error == error, "\(answer.text)")
            #expect(try await plan.nothingWaits)
        }
    }

    static let objects: [PlanLine] =
        [
            object("request-object-with-multiple-aud-succeeds", nil) { object, _ in
                object.with("aud", .strings(["https://else.example", House.issuer]))
            },
            object("request-object-with-nbf-and-iat-8-seconds-in-the-future-is-accepted", nil) { object, now in
                object.with("nbf", .integer(now + 8)).with("iat", .integer(now + 8))
            },
            object("request-object-of-an-hour-is-accepted", nil) { object, now in
                object.with("exp", .integer(now + 3600))
            },
            object("ensure-other-scope-order-succeeds", nil) { object, _ in object.with("scope", "profile openid") },
            object("request_context (FAPI-CIBA §5.3) is passed over", nil) { object, _ in
                object.with("request_context", .object(["place": "counter 3"]))
            },
        ]
        + ["iss", "aud", "exp", "iat", "nbf", "jti"].map { claim in
            object("request-object-missing-\(claim)-fails") { object, _ in object.with(claim, nil) }
        } + wrongClaims

    private static let wrongClaims: [PlanLine] = [
        object("request-object-bad-aud-fails") { object, _ in object.with("aud", "https://else.example") },
        object("request-object-bad-aud-fails: an array without us") { object, _ in
            object.with("aud", .strings(["https://else.example"]))
        },
        object("request-object-bad-aud-fails: the endpoint") { object, _ in
            object.with("aud", .string(House.issuer + "/oauth2/bc-authorize"))
        },
        object("request-object-bad-iss-fails") { object, _ in object.with("iss", "second") },
        object("request-object-expired-exp-fails") { object, now in object.with("exp", .integer(now - 300)) },
        object("request-object-expired-exp-fails: at this very second") { object, now in
            object.with("exp", .integer(now))
        },
        object("request-object-exp-over-60-minutes-fails") { object, now in
            object.with("exp", .integer(now + 70 * 60))
        },
        object("request-object-exp-over-60-minutes-after-nbf-fails") { object, now in
            object.with("nbf", .integer(now - 40 * 60)).with("exp", .integer(now + 40 * 60))
        },
        object("request-object-exp-as-text-fails") { object, now in object.with("exp", .string("\(now + 60)")) },
        object("request-object-iat-is-week-in-past-fails") { object, now in
            object.with("iat", .integer(now - 7 * 86_400))
        },
        object("request-object-iat-is-hour-in-future-fails") { object, now in
            object.with("iat", .integer(now + 3600))
        },
        object("request-object-nbf-over-60-minutes-fails") { object, now in
            object.with("nbf", .integer(now - 70 * 60))
        },
        object("request-object-nbf-is-10-minutes-in-future-fails") { object, now in
            object.with("nbf", .integer(now + 600))
        },
        object("request-object-nbf-is-10-minutes-in-future-fails: 31 seconds") { object, now in
            object.with("nbf", .integer(now + 31))
        },
        object("request-object-nbf-is-year-2070-fails") { object, _ in object.with("nbf", 3_155_760_000) },
        object("request-object-bad-jti-fails: empty") { object, _ in object.with("jti", "") },
        object("request-object-bad-jti-fails: a number") { object, _ in object.with("jti", 7) },
        object("request-object-bad-jti-fails: too long") { object, _ in
            object.with("jti", .string(String(repeating: "j", count: 513)))
        },
        object("scope is a list") { object, _ in object.with("scope", .strings(["openid"])) },
        object("login_hint is an object") { object, _ in object.with("login_hint", .object([:])) },
        object("binding_message is true") { object, _ in object.with("binding_message", true) },
        object("requested_expiry is half a second") { object, _ in object.with("requested_expiry", .number(0.5)) },
        object("request-object-with-request-inside-fails") { object, _ in object.with("request", "x") },
        object("request-object-with-request_uri-inside-fails") { object, _ in
            object.with("request_uri", "https://else.example")
        },
    ]

    static let signatures: [PlanLine] = [
        PlanLine("request-object-bad-signature, algorithm none, HS256, another's, a key brought along") { plan in
            let key = try await plan.addCIBAClient()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            let object = plan.object()
            let good = try key.sign(object.json)
            let none =
                Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "."
                + Base64URL.encode(Array(object.text.utf8)) + "."
            var forged = [none, "x", "a.b.c", String(good.dropLast(4)) + "AAAA", try stranger.sign(object.json)]
            // The second one is right but for who signed it.
            for (signer, header) in [
                (key, #"{"alg":"HS256","kid":"\#(key.kid)"}"#), (stranger, #"{"alg":"ES256","kid":"\#(key.kid)"}"#),
                (key, #"{"alg":"PS256","kid":"\#(key.kid)"}"#),
                (key, #"{"alg":"ES256","kid":"\#(key.kid)","jku":"https://else.example"}"#),
                (key, #"{"alg":"ES256","kid":"\#(key.kid)","typ":"at+jwt"}"#),
            ] {
                forged.append(try signer.sign(header: header, payload: object.text))
            }
            for (index, text) in forged.enumerated() {
                let answer = try await plan.ask(ParameterList(["request": text]), key)
                #expect(answer.status == .badRequest && answer.error == "invalid_request_object", "\(index)")
            }
            #expect(try await plan.nothingWaits)
            #expect(try await plan.ask(ParameterList(["request": good]), key).status == .ok, "none burnt its jti")
        },
        PlanLine("request object with the media type of RFC 9101, in any case, and of no other kind of token") { plan in
            let key = try await plan.addCIBAClient()
            for (type, isGood) in [
                ("oauth-authz-req+jwt", true), ("OautH-auThZ-REQ+jWt", true), ("JWT", true),
                ("application/oauth-authz-req+jwt", true), ("client-authentication+jwt", false), ("dpop+jwt", false),
                ("at+jwt", false),
            ] {
                let form = ParameterList(["request": try key.sign(plan.object().json, type: type)])
                let answer = try await plan.ask(form, key)
                #expect(answer.status == (isGood ? .ok : .badRequest), "\(type): \(answer.text)")
                if !isGood { #expect(answer.error == "invalid_request_object") }
            }
        },
        PlanLine("signature-algorithm: the one registered, never RS256") { plan in
            let key = try await plan.addCIBAClient()
            let rsa = try ClientKey.rs256.get()
            let pss = ClientKey(key: try SigningKey(.ps256, pem: rsa.key.pem))
            // The RSA key does not say for which algorithm it is.
            let open = (rsa.key.publicJWK.objectMembers ?? []).filter { $0.name != "alg" }
            let jwks = JSONValue.object(["keys": .array([key.key.publicJWK, .object(open)])])
            let rows: [(registered: String?, signer: ClientKey, isGood: Bool)] = [
                (nil, key, true), (nil, pss, true), (nil, rsa, false), ("PS256", pss, true), ("PS256", key, false),
                ("ES256", key, true), ("ES256", pss, false), ("RS256", rsa, false),
            ]
            for row in rows {
                try await plan.house.change("signed") {
                    $0.keys = ClientKeys(jwks: String(decoding: jwks.encoded(), as: UTF8.self))
                    $0.policy.backchannelRequestAlgorithm = row.registered
                }
                let form = ParameterList(["request": try row.signer.sign(plan.object().json)])
                let answer = try await plan.ask(form, key)
                #expect(
                    answer.status == (row.isGood ? .ok : .badRequest),
                    "\(row.registered ?? "any") \(row.signer.key.algorithm): \(answer.text)")
                if !row.isGood { #expect(answer.error == "invalid_request_object") }
            }
        },
        PlanLine("request-object replayed: good once, for this client") { plan in
            let key = try await plan.addCIBAClient()
            let other = try await plan.addCIBAClient("second")
            let object = plan.object().with("jti", "once")
            // A fault is found before the jti counts.
            #expect(try await plan.ask(object.with("aud", nil), key).error == "invalid_request_object")
            let good = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { try await plan.ask(object, key).status == .ok } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(good == 1)
            let changed = object.with("binding_message", "5678")
            #expect(try await plan.ask(changed, key).error == "invalid_request_object")
            #expect(try await plan.ask(object.with("iss", "second"), other, as: "second").status == .ok)
        },
        PlanLine("parameters beside the request object") { plan in
            let key = try await plan.addCIBAClient()
            func request() throws -> ParameterList { ParameterList(["request": try key.sign(plan.object().json)]) }
            for (name, value) in [
                ("scope", "openid"), ("login_hint", "19900000002"), ("binding_message", "1234"), ("acr_values", "L2"),
                ("requested_expiry", "60"), ("client_notification_token", String(repeating: "t", count: 32)),
                ("request_uri", "https://else.example"), ("unheard-of", "x"), ("request", "x"),
            ] {
                let answer = try await plan.ask(try request().adding(name, value), key)
                #expect(answer.status == .badRequest && answer.error == "invalid_request", "\(name)")
            }
            #expect(try await plan.nothingWaits)
            #expect(try await plan.ask(try request().adding("client_id", "signed"), key).status == .ok)
        },
        PlanLine("backchannel-authentication-request without a request object, where it must be signed") { plan in
            let key = try await plan.addCIBAClient()
            let plain = ParameterList(["scope": "openid", "login_hint": "19900000001"])
            for form in [plain, plain.adding("request", "")] {
                #expect(try await plan.ask(form, key).error == "invalid_request")
            }
            // Outside FAPI whoever registered an algorithm for it signs, and nobody else must.
            try await plan.house.addBank()
            #expect(try await plan.house.ask().status == .ok)
            try await plan.house.change("bank") {
                $0.keys = ClientKeys(jwks: key.jwks)
                $0.policy.backchannelRequestAlgorithm = "ES256"
            }
            #expect(try await plan.house.ask().error == "invalid_request")
            #expect(try await plan.house.ask { $0.append("request", "") }.error == "invalid_request")
            let signed = ParameterList(["request": try key.sign(plan.object("bank").json)])
            #expect(try await plan.house.ask { $0 = signed }.status == .ok)
        },
    ]

    static let hints: [PlanLine] =
        [
            object("several hints fail: login_hint, id_token_hint", "invalid_request") { object, _ in
                object.with("id_token_hint", "x.y.z")
            },
            object("several hints fail: login_hint, login_hint_token", "invalid_request") { object, _ in
                object.with("login_hint_token", "x")
            },
            object("no hint fails", "invalid_request") { object, _ in object.with("login_hint", nil) },
            object("login_hint_token alone is not offered", "invalid_request") { object, _ in
                object.with("login_hint", nil).with("login_hint_token", "x")
            },
            object("id_token_hint that is not ours fails", "invalid_request") { object, _ in
                object.with("login_hint", nil).with("id_token_hint", "x.y.z")
            },
            object("login_hint of nobody fails", "unknown_user_id") { object, _ in
                object.with("login_hint", "19900000009")
            },
            object("no binding_message, and nothing else tells requests apart, fails", "invalid_request") { object, _ in
                object.with("binding_message", nil)
            },
            object("an empty binding_message is none", "invalid_request") { object, _ in
                object.with("binding_message", "")
            },
            object("scope missing fails", "invalid_request") { object, _ in object.with("scope", nil) },
            object("scope without openid fails", "invalid_scope") { object, _ in object.with("scope", "profile") },
            object("scope beyond the registration fails", "invalid_scope") { object, _ in
                object.with("scope", "openid phone")
            },
        ]
}
