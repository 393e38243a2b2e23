import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// The lines that `fapi2-message-signing-final-test-plan` adds: signed requests through PAR, and signed
/// answers.
enum MessageSigningPlan {
    /// A change to a good request object, and whether the push is accepted.
    private static func object(
        _ name: String, accepted: Bool = false,
        _ change: @Sendable @escaping (RequestObject, Int64) -> RequestObject
    ) -> PlanLine {
        PlanLine(name) { plan in
            let key = try await plan.signingClient()
            let now = plan.house.clock.now()
            let object = change(RequestObject(plan.fapi, at: now), now.seconds)
            let response = try await plan.push(ParameterList(["request": try object.signed(by: key)]), key)
            if accepted {
                #expect(response.status == .created, "\(response.text)")
            } else {
                #expect(response.status == .badRequest && response.error == "invalid_request_object")
            }
        }
    }

    static let lines = objects + signatures + answers

    private static let objects: [PlanLine] = [
        object("ensure-request-object-with-multiple-aud-succeeds", accepted: true) { object, _ in
            object.with("aud", .strings(["https://else.example", House.issuer]))
        },
        object("ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted", accepted: true) { object, now in
            object.with("nbf", .integer(now + 8))
        },
        object("ensure-request-object-without-exp-fails") { object, _ in object.with("exp", nil) },
        object("ensure-request-object-without-nbf-fails") { object, _ in object.with("nbf", nil) },
        object("ensure-expired-request-object-fails") { object, now in object.with("exp", .integer(now - 300)) },
        object("ensure-request-object-with-bad-aud-fails") { object, _ in object.with("aud", "https://else.example") },
        object("ensure-request-object-with-exp-over-60-fails") { object, now in
            object.with("exp", .integer(now + 70 * 60))
        },
        object("ensure-request-object-with-nbf-over-60-fails") { object, now in
            object.with("nbf", .integer(now - 70 * 60))
        },
        object("ensure-request-object-with-exp-over-60-after-nbf-fails") { object, now in
            object.with("nbf", .integer(now - 40 * 60)).with("exp", .integer(now + 40 * 60))
        },
        object("ensure-request-object-with-request_uri-inside-fails") { object, _ in
            object.with("request_uri", "urn:ietf:params:oauth:request_uri:x")
        },
    ]

    private static let signatures: [PlanLine] = [
        PlanLine("ensure-signed-request-object-with-RS256-fails") { plan in
            let ec = try await plan.signingClient()
            let rsa = try ClientKey.rs256.get()
            let both = String(decoding: VerificationKeys([ec.key, rsa.key]).jwks.encoded(), as: UTF8.self)
            try await plan.house.change("signed") { $0.keys = ClientKeys(jwks: both) }
            let object = try RequestObject(plan.fapi, at: plan.house.clock.now()).signed(by: rsa)
            #expect(try await plan.push(ParameterList(["request": object]), ec).error == "invalid_request_object")
        },
        PlanLine("ensure-request-object-signature-algorithm-is-not-none, -with-invalid-signature-fails") { plan in
            let key = try await plan.signingClient()
            let good = RequestObject(plan.fapi, at: plan.house.clock.now())
            let none =
                Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + Base64URL.encode(good.json.encoded()) + "."
            let broken = String(try good.signed(by: key).dropLast(6)) + "AAAAAA"
            for object in [none, broken] {
                #expect(try await plan.push(ParameterList(["request": object]), key).error == "invalid_request_object")
            }
        },
        PlanLine("ensure-matching-key-in-authorization-request (other client's key)") { plan in
            let key = try await plan.signingClient()
            let other = try await plan.addFAPIClient("second")
            let object = try RequestObject(plan.fapi, at: plan.house.clock.now()).signed(by: other)
            #expect(try await plan.push(ParameterList(["request": object]), key).error == "invalid_request_object")
        },
        PlanLine("ensure-unsigned-request-at-par-endpoint-fails") { plan in
            let key = try await plan.signingClient()
            #expect(try await plan.push(plan.fapi.request, key).error == "invalid_request")
        },
        PlanLine("a signed request that is not pushed is refused (Security Profile §5.3.2.2)") { plan in
            let key = try await plan.signingClient()
            let object = try RequestObject(plan.fapi, at: plan.house.clock.now()).signed(by: key)
            var browser = Browser()
            let end = try await plan.house.open(House.address(object: object, client: "signed"), &browser)
            #expect(try end.answer?.single("error") == "invalid_request")
            #expect(try end.answer?.single("iss") == House.issuer)
        },
        PlanLine("state-only-outside-request-object-not-used, ensure-different-nonce/state-inside-and-outside") {
            plan in
            let key = try await plan.signingClient()
            var browser = Browser()
            let object = RequestObject(plan.fapi.with("state", nil), at: plan.house.clock.now())
            let form = ParameterList(["request": try object.signed(by: key), "state": "outside", "nonce": "outside"])
            let uri = try #require(try await plan.push(form, key).json()["request_uri"]?.stringValue)
            let address = House.address(uri, client: "signed") + "&state=outside"
            let answer = try #require(try await plan.signedIn(address, &browser).answer)
            #expect(try answer.single("code") != nil && !answer.contains("state"))
        },
        PlanLine("ensure-request-object-without-redirect-uri-fails") { plan in
            let key = try await plan.signingClient()
            let object = RequestObject(plan.fapi, at: plan.house.clock.now()).with("redirect_uri", nil)
            let form = ParameterList([
                "request": try object.signed(by: key), "redirect_uri": "https://signed.example/callback",
            ])
            #expect(try await plan.push(form, key).error == "invalid_request")
        },
    ]

    private static let answers: [PlanLine] = [
        PlanLine("JARM answers are signed with ES256, never RS256") { plan in
            let key = try await plan.signingClient()
            try await plan.house.change("signed") { $0.idTokenAlgorithm = .rs256 }
            var browser = Browser()
            let object = RequestObject(plan.fapi.with("response_mode", "jwt"), at: plan.house.clock.now())
            let pushed = try await plan.push(ParameterList(["request": try object.signed(by: key)]), key)
            let uri = try #require(try pushed.json()["request_uri"]?.stringValue)
            let answer = try await plan.signedIn(House.address(uri, client: "signed"), &browser).answer
            let token = try #require(try answer?.single("response"))
            #expect(try TokenSigner.peek(token).algorithm == .es256)
            let claims = try plan.house.claims(token)
            #expect(claims["aud"]?.stringValue == "signed" && claims["code"] != nil)
            #expect(claims["state"]?.stringValue == "st/ate 1" && claims["iss"]?.stringValue == House.issuer)
        }
    ]
}

extension PlanHouse {
    /// A FAPI client that must sign its requests.
    func signingClient() async throws -> ClientKey {
        let key = try await addFAPIClient()
        try await house.change("signed") { $0.policy.requireSignedRequests = true }
        return key
    }
}

@Suite("FAPI 2.0 Message Signing")
struct FAPI2MessageSigningTests {
    @Test(arguments: MessageSigningPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
