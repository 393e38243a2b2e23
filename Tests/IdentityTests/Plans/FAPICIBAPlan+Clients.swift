import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

extension PlanHouse {
    /// A poll over a connection with this certificate.
    fileprivate func collect(_ id: String, _ key: ClientKey, certificate: [UInt8]?) async throws -> String {
        let claims = Assertion("signed", at: house.clock.now(), id: house.surroundings.newID())
        let form = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id])
            .adding("client_assertion_type", AssertionCredentials.type)
            .adding("client_assertion", try key.sign(claims.json))
        var request = ClientRequest(form: form, authorization: nil)
        request.certificate = certificate
        return try await house.provider.tokens.answer(request).accessToken.reveal()
    }

    /// Assertions that prove nothing, by what is wrong with them.
    fileprivate var badAssertions: [(String, Assertion)] {
        let now = house.clock.now()
        let good = Assertion("signed", at: now, id: house.surroundings.newID())
        return [
            ("exp 5 minutes past", good.with("exp", .integer(now.seconds - 300))),
            ("exp an hour ahead", good.with("exp", .integer(now.seconds + 3600))), ("no exp", good.with("exp", nil)),
            ("aud elsewhere", good.with("aud", "https://else.example")),
            ("aud the endpoint", good.with("aud", .string(House.issuer + "/oauth2/bc-authorize"))),
            ("aud an array", good.with("aud", .strings([House.issuer]))), ("no sub", good.with("sub", nil)),
            ("iss another", good.with("iss", "second")), ("no jti", good.with("jti", nil)),
        ]
    }
}

extension FAPICIBAPlan {
    static let clients: [PlanLine] = [
        PlanLine("auth_req_id is bound to the client; a wrong one is nobody's") { plan in
            let key = try await plan.addCIBAClient()
            let other = try await plan.addCIBAClient("second")
            let id = try await plan.asked(key)
            #expect(try await plan.collect(id, other, as: "second").error == "invalid_grant")
            try await plan.decide("allow")
            #expect(try await plan.collect(id, other, as: "second").error == "invalid_grant")
            #expect(try await plan.collect(id + "x", key).error == "invalid_grant")
            let without = ParameterList(["grant_type": House.cibaGrant])
            #expect(try await plan.fapiToken(without, key, proof: ProofMaker.es256.get()).error == "invalid_request")
            #expect(try await plan.collect(id, key).status == .ok, "nobody else's try has spent it")
        },
        PlanLine("wrong client_id beside the assertion, at both endpoints") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addCIBAClient()
            _ = try await plan.addCIBAClient("second")
            func request(_ id: String) throws -> ParameterList {
                ParameterList(["request": try key.sign(plan.object().json), "client_id": id])
            }
            let refused = try await plan.ask(try request("second"), key)
            #expect(refused.status == .unauthorized && refused.error == "invalid_client")
            #expect(try await plan.nothingWaits)
            let id = try await plan.ask(try request("signed"), key).authReqID()
            try await plan.decide("allow")
            let form = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id])
            let stolen = try await plan.fapiToken(form.adding("client_id", "second"), key, proof: maker)
            #expect(stolen.status == .unauthorized && stolen.error == "invalid_client")
            #expect(try await plan.fapiToken(form.adding("client_id", "signed"), key, proof: maker).status == .ok)
        },
        PlanLine("a client that proves itself wrongly, or not, at the backchannel endpoint") { plan in
            let key = try await plan.addCIBAClient()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            func request() throws -> ParameterList { ParameterList(["request": try key.sign(plan.object().json)]) }
            for (name, assertion) in plan.badAssertions {
                let answer = try await plan.ask(try request(), key, assertion: assertion)
                #expect(answer.status == .unauthorized && answer.error == "invalid_client", "\(name)")
            }
            #expect(try await plan.ask(try request(), stranger).error == "invalid_client")
            let path = "/oauth2/bc-authorize"
            for credentials in [nil, "signed:" + House.secret] {
                let answer = try await plan.house.call(path, try request(), as: credentials)
                #expect(answer.status == .unauthorized && answer.error == "invalid_client")
            }
            let bare = try request().adding("client_id", "signed")
            #expect(try await plan.house.call(path, bare, as: nil).error == "invalid_client")
            #expect(try await plan.nothingWaits)
            let once = Assertion("signed", at: plan.house.clock.now(), id: "once")
            #expect(try await plan.ask(try request(), key, assertion: once).status == .ok)
            #expect(try await plan.ask(try request(), key, assertion: once).error == "invalid_client")
        },
        PlanLine("a client that proves itself wrongly at the token endpoint") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addCIBAClient()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            let id = try await plan.asked(key)
            try await plan.decide("allow")
            for (name, assertion) in plan.badAssertions {
                let answer = try await plan.collect(id, key, proof: maker, assertion: assertion)
                #expect(answer.status == .unauthorized && answer.error == "invalid_client", "\(name)")
            }
            #expect(try await plan.collect(id, stranger).error == "invalid_client")
            #expect(try await plan.house.collect(id, as: "signed").error == "invalid_client")
            #expect(try await plan.collect(id, key).status == .ok, "none of it has spent the id")
        },
        PlanLine("an assertion signed with RS256") { plan in
            let rsa = try ClientKey.rs256.get()
            try await plan.house.addSignedClient("rsa", keys: ClientKeys(jwks: rsa.jwks)) {
                $0.policy.fapi2 = true
                $0.grants = [.ciba]
            }
            let answer = try await plan.ask(plan.object("rsa"), rsa, as: "rsa")
            #expect(answer.status == .unauthorized && answer.error == "invalid_client")
        },
    ]

    static let bound: [PlanLine] = [
        PlanLine("ensure-holder-of-key-required: DPoP") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addCIBAClient()
            let id = try await plan.asked(key)
            try await plan.decide("allow")
            #expect(try await plan.collect(id, key, proof: nil).error == "invalid_dpop_proof")
            let form = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id])
            let claims = Assertion("signed", at: plan.house.clock.now(), id: "elsewhere")
            let elsewhere = try await plan.house.token(
                form.adding("client_assertion_type", AssertionCredentials.type)
                    .adding("client_assertion", try key.sign(claims.json)),
                as: nil, proofs: [try maker.proof(plan.house, "POST", "/oauth2/bc-authorize")])
            #expect(elsewhere.error == "invalid_dpop_proof")
            let body = try await plan.collect(id, key, proof: maker).json()
            let access = try #require(body["access_token"]?.stringValue)
            #expect(try plan.house.claims(access)["cnf"]?["jkt"]?.stringValue == maker.thumbprint)
        },
        PlanLine("a DPoP proof at the backchannel endpoint is judged, and not asked for") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addCIBAClient()
            func request() throws -> ParameterList { ParameterList(["request": try key.sign(plan.object().json)]) }
            let elsewhere = try maker.proof(plan.house)
            let refused = try await plan.ask(try request(), key, proofs: [elsewhere])
            #expect(refused.status == .badRequest && refused.error == "invalid_dpop_proof")
            #expect(try await plan.nothingWaits)
            let proof = try maker.proof(plan.house, "POST", "/oauth2/bc-authorize")
            #expect(try await plan.ask(try request(), key, proofs: [proof]).status == .ok)
            #expect(try await plan.ask(try request(), key).status == .ok)
        },
        PlanLine("ensure-mtls-holder-of-key-required: certificate") { plan in
            let certificates = try TestCertificates.shared.get()
            let key = try await plan.addCIBAClient { $0.policy.bindToCertificate = true }
            let id = try await plan.asked(key)
            try await plan.decide("allow")
            let refused = await #expect(throws: OAuthError.self) {
                try await plan.collect(id, key, certificate: nil)
            }
            #expect(refused?.code == .invalidRequest)
            let token = try await plan.collect(id, key, certificate: certificates.vouched)
            let digest = CertificateDigest.of(certificates.vouched)
            #expect(try plan.house.claims(token)["cnf"]?["x5t#S256"]?.stringValue == digest)
            for (certificate, isGood) in [(certificates.vouched, true), (certificates.foreign, false), (nil, false)] {
                let presented = PresentedAccessToken(token: token, certificate: certificate)
                let provider = plan.house.provider
                let read = try? await provider.accessTokens.claims(
                    of: presented, audience: provider.settings.userInfoAudience)
                #expect((read != nil) == isGood)
            }
        },
        PlanLine("refresh-token: bound to the client and its proof of possession, ends with a sign-out") { plan in
            let maker = try ProofMaker.es256.get()
            let key = try await plan.addCIBAClient()
            let other = try await plan.addCIBAClient("second")
            let id = try await plan.asked(key)
            try await plan.decide("allow")
            let body = try await plan.collect(id, key).json()
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let form = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            #expect(try await plan.fapiToken(form, other, as: "second", proof: maker).error == "invalid_grant")
            #expect(try await plan.fapiToken(form, key, proof: nil).error == "invalid_dpop_proof")
            let bare = form.adding("client_id", "signed")
            #expect(try await plan.house.token(bare, as: nil).error == "invalid_client")
            plan.house.clock.advance(by: .minutes(1))
            let answer = try await plan.fapiToken(form, key, proof: maker)
            #expect(answer.status == .ok, "\(answer.text)")
            let again = try answer.json()
            #expect(again["refresh_token"]?.stringValue == refresh && again["token_type"]?.stringValue == "DPoP")
            #expect(try await plan.userInfo(again, proof: maker).status == .ok)
            #expect(try await plan.userInfo(again, proof: plan.otherHolder).status == .unauthorized)
            var browser = try await plan.house.signedIn()
            let account = try await browser.get("/account", plan.house.client)
            let out = ParameterList([
                "action": "sign-out-everywhere", "csrf": try #require(account.formToken),
            ])
            #expect(try await browser.post("/account", form: out, plan.house.client).status == .ok)
            #expect(try await plan.fapiToken(form, key, proof: maker).error == "invalid_grant")
        },
    ]
}
