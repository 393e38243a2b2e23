import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// What lines of `fapi2-security-profile-final-test-plan` and of message signing look at besides: that nothing is cut
/// on its way, and that nobody gets past the proof of the client.
enum FAPI2Details {
    static let lines = carried + proved

    private static let carried: [PlanLine] = [
        PlanLine("ensure-authorization-request-with-64-char-nonce-success, long nonce: whole in the ID token") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            for length in [1, 64, 384, 1024] {
                let nonce = String(repeating: "n", count: length - 1) + "!"
                let code = try await plan.fapiCode(key) { $0.with("nonce", nonce) }
                let form = plan.house.tokenForm(plan.fapi, code: code)
                let body = try await plan.fapiToken(form, key, proof: maker).json()
                #expect(try plan.idToken(body)["nonce"]?.stringValue == nonce, "\(length)")
            }
        },
        PlanLine("long state: whole in the answer") { plan in
            let key = try await plan.addFAPIClient()
            var browser = Browser()
            for length in [1, 384, 2048] {
                let state = String(repeating: "s", count: length - 1) + "!"
                let address = try await plan.pushed(plan.fapi.with("state", state), key)
                #expect(try await plan.signedIn(address, &browser).answer?.single("state") == state, "\(length)")
            }
        },
        PlanLine("test-claims-parameter-identity-claims: in the ID token and at userinfo") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let claims = #"{"id_token":{"name":null},"userinfo":{"name":{"essential":true}}}"#
            let code = try await plan.fapiCode(key) { $0.with("scope", "openid").with("claims", claims) }
            let form = plan.house.tokenForm(plan.fapi, code: code)
            let body = try await plan.fapiToken(form, key, proof: maker).json()
            #expect(try plan.idToken(body)["name"] != nil)
            #expect(try await plan.userInfo(body, proof: maker).json()["name"] != nil)
        },
        PlanLine("ensure-different-nonce-inside-and-outside-request-object: the inner one counts") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.signingClient()
            let object = RequestObject(plan.fapi.with("nonce", "inside"), at: plan.house.clock.now())
            let form = ParameterList(["request": try object.signed(by: key), "nonce": "outside"])
            let uri = try #require(try await plan.push(form, key).json()["request_uri"]?.stringValue)
            var browser = Browser()
            let address = House.address(uri, client: "signed") + "&nonce=outside"
            let code = try #require(try await plan.signedIn(address, &browser).answer?.single("code"))
            let redeemed = plan.house.tokenForm(plan.fapi, code: code)
            let body = try await plan.fapiToken(redeemed, key, proof: maker).json()
            #expect(try plan.idToken(body)["nonce"]?.stringValue == "inside")
        },
    ]

    private static let proved: [PlanLine] = [
        PlanLine("discovery-end-point-verification: algorithms of proofs, tokens bound to certificates") { plan in
            let document = try await plan.house.client.get("/.well-known/openid-configuration").json()
            #expect(
                Set(document["dpop_signing_alg_values_supported"]?.arrayValue ?? []) == ["ES256", "PS256", "EdDSA"])
            #expect(document["tls_client_certificate_bound_access_tokens"]?.boolValue == true)
        },
        PlanLine("ensure-client-assertion-in-token-endpoint: nothing else in its place") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key)).adding("client_id", "signed")
            let good = try key.sign(Assertion("signed", at: plan.house.clock.now(), id: "good").json)
            let signed = form.adding("client_assertion", good)
            let rows: [(String, ParameterList, String?)] = [
                ("nothing", form, nil), ("a secret", form.adding("client_secret", House.secret), nil),
                ("a secret in the header", form, "signed:" + House.secret), ("no type", signed, nil),
                (
                    "the type of SAML",
                    signed.adding(
                        "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"), nil
                ),
                ("the type alone", form.adding("client_assertion_type", AssertionCredentials.type), nil),
            ]
            for (name, form, credentials) in rows {
                let answer = try await plan.house.token(form, as: credentials, proofs: [try maker.proof(plan.house)])
                #expect(answer.status == .unauthorized && answer.error == "invalid_client", "\(name): \(answer.text)")
            }
            let answer = try await plan.fapiToken(form, key, proof: maker)
            #expect(answer.status == .ok, "none of it has burnt the code: \(answer.text)")
        },
        PlanLine("refresh-token: not without the proof of the client") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            let body = try await plan.fapiToken(form, key, proof: maker).json()
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let again = ParameterList([
                "grant_type": "refresh_token", "refresh_token": refresh, "client_id": "signed",
            ])
            for credentials in [nil, "signed:" + House.secret] {
                let proof = try maker.proof(plan.house)
                let answer = try await plan.house.token(again, as: credentials, proofs: [proof])
                #expect(answer.status == .unauthorized && answer.error == "invalid_client", "\(answer.text)")
            }
            #expect(try await plan.fapiToken(again, key, proof: maker).status == .ok)
        },
        PlanLine("par-attempt-invalid-http-method: POST and no other") { plan in
            for method in [HTTPRequest.Method.get, .put, .patch, .delete] {
                let response = try await plan.house.client.send(method, "/oauth2/par")
                #expect(response.status == .methodNotAllowed, "\(method)")
                #expect(response.headers[.allow]?.contains("POST") == true, "\(method)")
            }
        },
    ]
}

@Suite("FAPI 2.0 Security Profile: what is carried and who proves what")
struct FAPI2DetailTests {
    @Test(arguments: FAPI2Details.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
