import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9449 DPoP")
struct RFC9449Tests {
    private static let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
    private static let credentials = "machine:" + House.secret

    private func withMachine(_ backend: Backend = .sqlite, _ body: @Sendable @escaping (House) async throws -> Void)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addClient("machine") { $0.grants = ["client_credentials"] }
            try await body(house)
        }
    }

    /// fapi2-security-profile-final dpop-negative-tests, at the token endpoint.
    @Test func `every wrong proof is invalid_dpop_proof at the token endpoint`() async throws {
        try await withMachine { house in
            let maker = try ProofMaker.es256.get()
            let rsa = ProofMaker(key: try ClientKey.rs256.get())
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let now = house.clock.now().seconds
            let good = try maker.proof(house)
            let parts = good.split(separator: ".").map(String.init)
            let ownJWK = JSONValue.object(
                (maker.key.key.publicJWK.objectMembers ?? []) + [JSONValue.Member("d", "AAAA")])
            let symmetric = JSONValue.object(["kty": "oct", "k": "AAAA"])
            let wrong: [(String, [String])] = [
                ("no typ", [try maker.proof(house, header: [("typ", nil)])]),
                ("typ JWT", [try maker.proof(house, header: [("typ", "JWT")])]),
                ("no alg", [try maker.proof(house, header: [("alg", nil)])]),
                ("alg none", [try maker.proof(house, header: [("alg", "none")])]),
                ("alg HS256", [try maker.proof(house, header: [("alg", "HS256"), ("jwk", symmetric)])]),
                ("alg of another key type", [try maker.proof(house, header: [("alg", "EdDSA")])]),
                ("RS256", [try rsa.proof(house)]),
                ("no jwk", [try maker.proof(house, header: [("jwk", nil)])]),
                ("jwk is text", [try maker.proof(house, header: [("jwk", "key")])]),
                ("private key in jwk", [try maker.proof(house, header: [("jwk", ownJWK)])]),
                ("jwk of another key", [try maker.proof(house, header: [("jwk", other.key.key.publicJWK)])]),
                ("kid instead of jwk", [try maker.proof(house, header: [("jwk", nil), ("kid", "x")])]),
                ("bad signature", [parts[0] + "." + parts[1] + "." + String(parts[2].reversed())]),
                ("no signature", [parts[0] + "." + parts[1] + "."]),
                ("malformed", ["not a proof"]), ("empty", [""]),
                ("no jti", [try maker.proof(house, but: ("jti", nil))]),
                ("jti a number", [try maker.proof(house, but: ("jti", 7))]),
                ("no htm", [try maker.proof(house, but: ("htm", nil))]),
                ("htm GET", [try maker.proof(house, but: ("htm", "GET"))]),
                ("htm post", [try maker.proof(house, but: ("htm", "post"))]),
                ("no htu", [try maker.proof(house, but: ("htu", nil))]),
                ("htu of another path", [try maker.proof(house, but: ("htu", .string(House.issuer + "/oauth2/par")))]),
                (
                    "htu of another host",
                    [try maker.proof(house, but: ("htu", "http://else.example:8080/oauth2/token"))]
                ),
                (
                    "htu of another scheme",
                    [try maker.proof(house, but: ("htu", "https://localhost:8080/oauth2/token"))]
                ),
                ("htu of another port", [try maker.proof(house, but: ("htu", "http://localhost/oauth2/token"))]),
                ("htu with user", [try maker.proof(house, but: ("htu", "http://a@localhost:8080/oauth2/token"))]),
                ("htu relative", [try maker.proof(house, but: ("htu", "/oauth2/token"))]),
                ("no iat", [try maker.proof(house, but: ("iat", nil))]),
                ("iat text", [try maker.proof(house, but: ("iat", .string("\(now)")))]),
                ("iat an hour ago", [try maker.proof(house, but: ("iat", .integer(now - 3600)))]),
                ("iat in an hour", [try maker.proof(house, but: ("iat", .integer(now + 3600)))]),
                ("expired", [try maker.proof(house, but: ("exp", .integer(now - 60)))]),
                ("not yet", [try maker.proof(house, but: ("nbf", .integer(now + 3600)))]),
                ("two headers", [try maker.proof(house), try maker.proof(house)]),
                ("two in one header", [try maker.proof(house) + ", " + maker.proof(house)]),
            ]
            for (name, proofs) in wrong {
                let response = try await house.token(Self.machine, as: Self.credentials, proofs: proofs)
                #expect(response.status == .badRequest, "\(name): \(response.text)")
                #expect(response.error == "invalid_dpop_proof", "\(name): \(response.text)")
            }
        }
    }

    @Test func `what differs without meaning is accepted`() async throws {
        try await withMachine { house in
            let maker = try ProofMaker.es256.get()
            let now = house.clock.now().seconds
            let right = [
                try maker.proof(house, but: ("htu", "http://localhost:8080/oauth2/token?a=b#c")),
                try maker.proof(house, but: ("htu", "HTTP://LocalHost:8080/oauth2/token")),
                try maker.proof(house, but: ("htu", "http://localhost:8080/oauth2/%74oken")),
                try maker.proof(house, but: ("iat", .integer(now - 10))),
                try maker.proof(house, but: ("iat", .integer(now + 10))),
                try maker.proof(house, but: ("extra", "claim")),
                try maker.proof(house, but: ("nbf", .integer(now - 5)), ("exp", .integer(now + 60))),
                try ProofMaker(key: ClientKey(key: try SigningKey.generate(.ed25519))).proof(house),
                try ProofMaker(key: ClientKey(key: try SigningKey(.ps256, pem: try ClientKey.rs256.get().key.pem)))
                    .proof(house),
            ]
            for proof in right {
                let response = try await house.token(Self.machine, as: Self.credentials, proofs: [proof])
                #expect(try response.json()["token_type"]?.stringValue == "DPoP", "\(response.text)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a proof is good once, also among fifty at a time`(backend: Backend) async throws {
        try await withMachine(backend) { house in
            let proof = try ProofMaker.es256.get().proof(house)
            let good = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await house.token(Self.machine, as: Self.credentials, proofs: [proof]).status == .ok
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(good == 1)
        }
    }

    private func boundToken(_ house: House, _ maker: ProofMaker) async throws -> String {
        let answer = try await house.token(
            Self.machine, as: Self.credentials, proofs: [try maker.proof(house)]
        ).json()
        #expect(answer["token_type"]?.stringValue == "DPoP")
        return try #require(answer["access_token"]?.stringValue)
    }

    @Test func `too little scope is told in the scheme of the token`() async throws {
        try await withMachine { house in
            try await house.change("machine") { $0.scopes = [Scope.kiosk] }
            let maker = try ProofMaker.es256.get()
            let machine = ParameterList(["grant_type": "client_credentials"])
            let answer = try await house.token(machine, as: Self.credentials, proofs: [try maker.proof(house)]).json()
            let token = try #require(answer["access_token"]?.stringValue)
            let path = "/api/v1/probe"
            let proof = try maker.proof(house, "GET", path, token: token)
            let refused = try await house.get(path, "DPoP", token, proofs: [proof])
            #expect(refused.status == .forbidden, "\(refused.text)")
            let challenges = refused.headers[values: .wwwAuthenticate]
            #expect(challenges.count == 1 && challenges.first?.hasPrefix("DPoP realm=") == true, "\(challenges)")
            #expect(challenges.first?.contains("error=\"insufficient_scope\"") == true)
            #expect(challenges.first?.contains("scope=\"booking\"") == true)
            #expect(challenges.first?.contains("algs=\"ES256") == true)
        }
    }

    @Test func `a bound token works for its holder alone, at the API`() async throws {
        try await withMachine { house in
            let maker = try ProofMaker.es256.get()
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let path = "/api/v1/probe"
            let token = try await boundToken(house, maker)
            let unbound = try #require(
                try await house.token(Self.machine, as: Self.credentials).json()["access_token"]?.stringValue)
            for scheme in ["DPoP", "dpop", "DPOP"] {
                let proof = try maker.proof(house, "GET", path, token: token)
                #expect(try await house.get(path, scheme, token, proofs: [proof]).status == .ok)
            }
            let proof = try maker.proof(house, "GET", path, token: token)
            #expect(try await house.get(path + "?q=1", "DPoP", token, proofs: [proof]).status == .ok)
            let refused: [(String, String, String, [String])] = [
                ("as Bearer", "Bearer", token, []),
                ("as Bearer with proof", "Bearer", token, [try maker.proof(house, "GET", path, token: token)]),
                ("no proof", "DPoP", token, []), ("used proof", "DPoP", token, [proof]),
                ("other key", "DPoP", token, [try other.proof(house, "GET", path, token: token)]),
                ("no ath", "DPoP", token, [try maker.proof(house, "GET", path)]),
                ("ath of another", "DPoP", token, [try maker.proof(house, "GET", path, token: unbound)]),
                ("other method", "DPoP", token, [try maker.proof(house, "POST", path, token: token)]),
                ("other path", "DPoP", token, [try maker.proof(house, "GET", "/api/v1/other", token: token)]),
                (
                    "two proofs", "DPoP", token,
                    [
                        try maker.proof(house, "GET", path, token: token),
                        try maker.proof(house, "GET", path, token: token),
                    ]
                ),
                ("unbound as DPoP", "DPoP", unbound, [try maker.proof(house, "GET", path, token: unbound)]),
            ]
            for (name, scheme, token, proofs) in refused {
                let response = try await house.get(path, scheme, token, proofs: proofs)
                #expect(response.status == .unauthorized, "\(name)")
                let challenge = response.headers[.wwwAuthenticate] ?? ""
                #expect(challenge.hasPrefix("DPoP ") && challenge.contains("algs=\"ES256 PS256 EdDSA\""), "\(name)")
                #expect(challenge.contains("error=\"invalid_"), "\(name)")
            }
            #expect(try await house.get(path, "Bearer", unbound).status == .ok)
            #expect(throws: Never.self) { try house.claims(token) }
            #expect(try house.claims(token)["cnf"]?["jkt"]?.stringValue == maker.thumbprint)
        }
    }

    @Test func `userinfo, introspection and refresh honour the binding of a person's tokens`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("app", secret: nil)
            let maker = try ProofMaker.es256.get()
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            var attempt = Attempt()
            attempt.client = "app"
            attempt.redirectURI = "https://app.example/callback"
            var browser = Browser()
            let form = house.tokenForm(attempt, code: try await house.code(attempt, &browser)).adding(
                "client_id", "app")
            let answer = try await house.token(form, as: nil, proofs: [try maker.proof(house)]).json()
            let token = try #require(answer["access_token"]?.stringValue)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let path = "/oauth2/userinfo"
            let good = try maker.proof(house, "GET", path, token: token)
            #expect(try await house.get(path, "DPoP", token, proofs: [good]).status == .ok)
            let bare = try await house.get(path, "Bearer", token)
            #expect(bare.status == .unauthorized && bare.error == "invalid_token")
            let foreign = try other.proof(house, "GET", path, token: token)
            #expect(try await house.get(path, "DPoP", token, proofs: [foreign]).status == .unauthorized)
            let again = ParameterList([
                "grant_type": "refresh_token", "refresh_token": refresh, "client_id": "app",
            ])
            #expect(try await house.token(again, as: nil).error == "invalid_grant")
            #expect(try await house.token(again, as: nil, proofs: [try other.proof(house)]).error == "invalid_grant")
            let next = try await house.token(again, as: nil, proofs: [try maker.proof(house)]).json()
            #expect(next["token_type"]?.stringValue == "DPoP")
        }
    }

    @Test func `a code bound to a key by dpop_jkt is redeemed with that key alone`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            let maker = try ProofMaker.es256.get()
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            var browser = Browser()
            let code = try await house.code(Attempt(), &browser)
            let hash = House.crypto.digest(code)
            let terms = "{\"confirmation\":{\"jkt\":\"\(maker.thumbprint)\"}}"
            _ = try await house.database.transaction {
                try $0.execute("UPDATE identity_authorization_code SET terms = $2 WHERE code_hash = $1", hash, terms)
            }
            let form = house.tokenForm(code: code)
            let credentials = "department:" + House.secret
            #expect(try await house.token(form, as: credentials).error == "invalid_grant")
            let wrong = try await house.token(form, as: credentials, proofs: [try other.proof(house)])
            #expect(wrong.error == "invalid_grant")
            let right = try await house.token(form, as: credentials, proofs: [try maker.proof(house)])
            #expect(right.status == .ok, "none of it burnt the code: \(right.text)")
            // A confidential client may change its key: its refresh tokens are bound to its secret.
            let refresh = try #require(try right.json()["refresh_token"]?.stringValue)
            let again = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            #expect(try await house.token(again, as: credentials, proofs: [try other.proof(house)]).status == .ok)
        }
    }

    @Test func `a client whose tokens must be bound gets none without a proof`() async throws {
        try await withMachine { house in
            try await house.change("machine") { $0.policy.requireDPoP = true }
            #expect(try await house.token(Self.machine, as: Self.credentials).error == "invalid_dpop_proof")
            #expect(!(try await boundToken(house, ProofMaker.es256.get()).isEmpty))
            // FAPI 2.0 Security Profile §5.3.2.1: nothing else will do, and no secret either.
            let key = try ClientKey.es256.get()
            try await house.addSignedClient("fapi", keys: ClientKeys(jwks: key.jwks)) { $0.policy.fapi2 = true }
            for proof in [false, true] {
                let assertion = try key.sign(Assertion("fapi", at: house.clock.now(), id: "\(proof)").json)
                let answer = try await house.token(assertion: assertion, proof: proof)
                #expect(answer.error == (proof ? nil : "invalid_dpop_proof"), "\(answer.text)")
            }
            try await house.change("machine") { $0.policy.fapi2 = true }
            let secret = try await house.token(
                Self.machine, as: Self.credentials, proofs: [try ProofMaker.es256.get().proof(house)])
            #expect(secret.error == "invalid_client")
        }
    }

    @Test func `nonces are asked for, rotate, and are known to every process`() async throws {
        try await withMachine { house in
            try await house.change("machine") { $0.policy.requireDPoPNonce = true }
            let maker = try ProofMaker.es256.get()
            let bare = try await house.token(Self.machine, as: Self.credentials, proofs: [try maker.proof(house)])
            #expect(bare.status == .badRequest && bare.error == "use_dpop_nonce")
            let nonce = try #require(bare.headers[.dpopNonce])
            let good = try maker.proof(house, but: ("nonce", .string(nonce)))
            let answer = try await house.token(Self.machine, as: Self.credentials, proofs: [good])
            let token = try #require(try answer.json()["access_token"]?.stringValue)
            let path = "/api/v1/probe"
            let refused = try await house.get(
                path, "DPoP", token, proofs: [try maker.proof(house, "GET", path, token: token)])
            #expect(refused.status == .unauthorized)
            #expect(refused.headers[.wwwAuthenticate]?.contains("error=\"use_dpop_nonce\"") == true)
            let other = try #require(refused.headers[.dpopNonce])
            let proof = try maker.proof(house, "GET", path, token: token, but: ("nonce", .string(other)))
            #expect(try await house.get(path, "DPoP", token, proofs: [proof]).status == .ok)
            house.clock.advance(by: .minutes(11))
            let stale = try maker.proof(house, but: ("nonce", .string(nonce)))
            let late = try await house.token(Self.machine, as: Self.credentials, proofs: [stale])
            #expect(late.error == "use_dpop_nonce" && late.headers[.dpopNonce] != nonce)
            for made in ["", "made up", nonce + "x"] {
                let proof = try maker.proof(house, but: ("nonce", .string(made)))
                #expect(
                    try await house.token(Self.machine, as: Self.credentials, proofs: [proof]).error == "use_dpop_nonce"
                )
            }
        }
    }
}
