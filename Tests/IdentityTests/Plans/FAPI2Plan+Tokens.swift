import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

extension PlanHouse {
    /// From the push to the code.
    func fapiCode(_ key: ClientKey, client: String = "signed", _ change: (Attempt) -> Attempt = { $0 }) async throws
        -> String
    {
        var attempt = fapi
        attempt.client = client
        attempt.redirectURI = "https://\(client).example/callback"
        var browser = Browser()
        let answer = try await signedIn(try await pushed(change(attempt), key), &browser).answer
        return try #require(try answer?.single("code"))
    }

    /// The token endpoint as a FAPI client calls it.
    ///
    /// - Parameter proof: `nil` sends none.
    func fapiToken(
        _ form: ParameterList, _ key: ClientKey, as client: String = "signed", proof: ProofMaker?,
        assertion: Assertion? = nil
    ) async throws -> TestResponse {
        let claims = assertion ?? Assertion(client, at: house.clock.now(), id: house.surroundings.newID())
        let form = form.adding("client_assertion_type", AssertionCredentials.type)
            .adding("client_assertion", try key.sign(claims.json))
        return try await house.token(form, as: nil, proofs: try proof.map { [try $0.proof(house)] } ?? [])
    }

    var otherHolder: ProofMaker { get throws { ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256))) } }
}

extension FAPI2Plan {
    static let tokens: [PlanLine] = [
        PlanLine("happy-flow (two clients, tokens bound to their keys)") { plan in
            let maker = try ProofMaker.es256.get()
            for client in ["signed", "second"] {
                let key = try await plan.addFAPIClient(client)
                var attempt = plan.fapi
                attempt.redirectURI = "https://\(client).example/callback"
                let form = plan.house.tokenForm(attempt, code: try await plan.fapiCode(key, client: client))
                let answer = try await plan.fapiToken(form, key, as: client, proof: maker)
                #expect(answer.status == .ok, "\(answer.text)")
                let body = try answer.json()
                #expect(body["token_type"]?.stringValue == "DPoP")
                let token = try #require(body["access_token"]?.stringValue)
                let path = "/oauth2/userinfo"
                let proof = try maker.proof(plan.house, "GET", path, token: token)
                #expect(try await plan.house.get(path, "DPoP", token, proofs: [proof]).status == .ok)
                // The scheme's name is read whatever its case; without the key the token is worth nothing.
                let lower = try maker.proof(plan.house, "GET", path, token: token)
                #expect(try await plan.house.get(path, "dpop", token, proofs: [lower]).status == .ok)
                #expect(try await plan.house.get(path, "Bearer", token).status == .unauthorized)
                let foreign = try plan.otherHolder.proof(plan.house, "GET", path, token: token)
                #expect(try await plan.house.get(path, "DPoP", token, proofs: [foreign]).status == .unauthorized)
            }
        },
        PlanLine("refresh-token: bound to client and key, not rotated (§5.3.2.1)") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let other = try await plan.addFAPIClient("second")
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            let first = try await plan.fapiToken(form, key, proof: maker).json()
            let refresh = try #require(first["refresh_token"]?.stringValue)
            let again = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            for _ in 0..<3 {
                plan.house.clock.advance(by: .minutes(1))
                let answer = try await plan.fapiToken(again, key, proof: maker)
                #expect(try answer.json()["refresh_token"]?.stringValue == refresh, "\(answer.text)")
            }
            #expect(try await plan.fapiToken(again, other, as: "second", proof: maker).error == "invalid_grant")
            #expect(try await plan.fapiToken(again, key, proof: nil).error == "invalid_dpop_proof")
            // Idle time begins anew with every use and has an end.
            plan.house.clock.advance(by: .hours(3))
            #expect(try await plan.fapiToken(again, key, proof: maker).error == "invalid_grant")
        },
        PlanLine("ensure-client-id-in-token-endpoint, ensure-authorization-code-is-bound-to-client") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let other = try await plan.addFAPIClient("second")
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            #expect(try await plan.fapiToken(form, other, as: "second", proof: maker).error == "invalid_grant")
            let named = form.adding("client_id", "second")
            #expect(try await plan.fapiToken(named, key, proof: maker).error == "invalid_client")
            #expect(try await plan.fapiToken(form, key, proof: maker).status == .ok)
        },
        PlanLine("ensure-holder-of-key-required") { plan in
            let key = try await plan.addFAPIClient()
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            #expect(try await plan.fapiToken(form, key, proof: nil).error == "invalid_dpop_proof")
        },
        PlanLine("attempt-reuse-authorization-code-after-one-second: refused, and the tokens die") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            let body = try await plan.fapiToken(form, key, proof: maker).json()
            plan.house.clock.advance(by: .seconds(1))
            #expect(try await plan.fapiToken(form, key, proof: maker).error == "invalid_grant")
            let token = try #require(body["access_token"]?.stringValue)
            let proof = try maker.proof(plan.house, "GET", "/oauth2/userinfo", token: token)
            #expect(
                try await plan.house.get("/oauth2/userinfo", "DPoP", token, proofs: [proof]).status == .unauthorized)
        },
        PlanLine("ensure-token-endpoint-fails-with-expired-auth-code") { plan in
            let key = try await plan.addFAPIClient()
            let form = plan.house.tokenForm(plan.fapi, code: try await plan.fapiCode(key))
            plan.house.clock.advance(by: .seconds(61))
            #expect(try await plan.fapiToken(form, key, proof: ProofMaker.es256.get()).error == "invalid_grant")
        },
        PlanLine("ensure-pkce-code-verifier-required, incorrect-pkce-code-verifier-rejected") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let code = try await plan.fapiCode(key)
            var attempt = plan.fapi
            attempt.verifier = nil
            #expect(
                try await plan.fapiToken(plan.house.tokenForm(attempt, code: code), key, proof: maker).error
                    == "invalid_grant")
            attempt.verifier = "another-verifier-of-forty-three-characters-0123456789"
            #expect(
                try await plan.fapiToken(plan.house.tokenForm(attempt, code: code), key, proof: maker).error
                    == "invalid_grant")
        },
        PlanLine("ensure-dpop-auth-code-binding-success, -mismatched-dpop-jkt, -mismatched-dpop-proof-jkt") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let code = try await plan.fapiCode(key) { $0.with("dpop_jkt", maker.thumbprint) }
            let form = plan.house.tokenForm(plan.fapi, code: code)
            #expect(try await plan.fapiToken(form, key, proof: plan.otherHolder).error == "invalid_grant")
            #expect(try await plan.fapiToken(form, key, proof: maker).status == .ok)
        },
        PlanLine("ensure-dpopproof-at-par-endpoint-binding-success, ensure-mismatched-dpop-jkt-fails") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let bad = plan.fapi.with("dpop_jkt", try plan.otherHolder.thumbprint)
            let refused = try await plan.push(
                bad.request, key, proofs: [try maker.proof(plan.house, "POST", "/oauth2/par")])
            #expect(refused.error == "invalid_dpop_proof")
            let broken = try await plan.push(plan.fapi.request, key, proofs: [try maker.proof(plan.house)])
            #expect(broken.error == "invalid_dpop_proof", "made for the token endpoint")
            let pushed = try await plan.push(
                plan.fapi.request, key, proofs: [try maker.proof(plan.house, "POST", "/oauth2/par")])
            let address = House.address(
                try #require(try pushed.json()["request_uri"]?.stringValue), client: "signed")
            var browser = Browser()
            let code = try #require(try await plan.signedIn(address, &browser).answer?.single("code"))
            let form = plan.house.tokenForm(plan.fapi, code: code)
            #expect(try await plan.fapiToken(form, key, proof: plan.otherHolder).error == "invalid_grant")
            #expect(try await plan.fapiToken(form, key, proof: maker).status == .ok)
        },
        PlanLine("assertions at the token endpoint: exp 5 minutes past, wrong aud, no sub, RS256") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addFAPIClient()
            let now = plan.house.clock.now()
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let good = Assertion("signed", at: now, id: "good")
            for (name, assertion) in [
                ("exp", good.with("exp", .integer(now.seconds - 300))),
                ("aud", good.with("aud", "https://else.example")), ("sub", good.with("sub", nil)),
            ] {
                let answer = try await plan.fapiToken(form, key, proof: maker, assertion: assertion)
                #expect(answer.status == .unauthorized && answer.error == "invalid_client", "\(name)")
            }
            let rsa = try ClientKey.rs256.get()
            try await plan.house.addSignedClient("rsa", keys: ClientKeys(jwks: rsa.jwks)) { $0.policy.fapi2 = true }
            #expect(try await plan.fapiToken(form, rsa, as: "rsa", proof: maker).error == "invalid_client")
        },
    ]
}
