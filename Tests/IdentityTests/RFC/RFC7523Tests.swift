import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7523, OpenID Connect Core §9 private_key_jwt")
struct RFC7523Tests {
    @Test(arguments: SignatureAlgorithm.allCases)
    func `an assertion signed by a registered key is good once`(algorithm: SignatureAlgorithm) async throws {
        try await House.run { house in
            let key = ClientKey(key: try SigningKey.generate(algorithm))
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let assertion = try key.sign(Assertion(at: house.clock.now()).json)
            #expect(try await house.token(assertion: assertion).status == .ok)
            let again = try await house.token(assertion: assertion)
            #expect(again.status == .unauthorized && again.error == "invalid_client")
        }
    }

    @Test func `client_id beside the assertion may say the same and nothing else`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let form = ParameterList(["grant_type": "client_credentials"])
            for (index, id) in ["signed", "other"].enumerated() {
                let assertion = try key.sign(Assertion(at: house.clock.now(), id: "j\(index)").json)
                let response = try await house.token(form.adding("client_id", id), assertion: assertion)
                #expect(response.status == (id == "signed" ? .ok : .unauthorized))
            }
        }
    }

    @Test(arguments: [false, true])
    func `every wrong claim is invalid_client`(fapi2: Bool) async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks)) { $0.policy.fapi2 = fapi2 }
            let now = house.clock.now().seconds
            let good = Assertion(at: house.clock.now())
            var wrong: [(String, JSONValue?)] = [
                ("iss", nil), ("iss", "other"), ("iss", 7), ("sub", nil), ("aud", nil), ("aud", "https://else.example"),
                ("aud", .strings([House.issuer])), ("aud", .strings([House.issuer, "https://else.example"])),
                ("aud", .string(House.issuer + "/")), ("exp", nil), ("exp", .integer(now - 300)),
                ("exp", .integer(now)),
                ("exp", .integer(now + 7200)), ("exp", .string("\(now + 60)")), ("exp", .number(1e300)),
                ("nbf", .integer(now + 61)), ("iat", .integer(now + 61)), ("iat", "now"), ("jti", nil), ("jti", ""),
                ("jti", 7), ("jti", .string(String(repeating: "x", count: 600))),
                ("iss", ""), ("sub", "other"), ("sub", 7), ("aud", ""), ("aud", 7), ("aud", .strings([])),
                ("exp", true), ("exp", .integer(-1)), ("nbf", "soon"), ("nbf", true), ("iat", .null),
            ]
            if fapi2 {
                wrong += [
                    ("aud", .string(House.issuer + "/oauth2/token")), ("aud", .string(House.issuer + "/oauth2/par")),
                    ("exp", .integer(now + 3000)),
                ]
            }
            for (index, (name, value)) in wrong.enumerated() {
                let claims = name == "jti" ? good : good.with("jti", .string("w\(index)"))
                let response = try await house.token(assertion: try key.sign(claims.with(name, value).json))
                #expect(
                    response.status == .unauthorized && response.error == "invalid_client",
                    "\(name) \(String(describing: value)): \(response.text)")
            }
            let right: [(String, JSONValue)] = [
                ("nbf", .integer(now + 10)), ("iat", .integer(now + 10)), ("nbf", .integer(now - 60)),
                ("exp", .number(Double(now) + 59.5)), ("extra", "claim"),
            ]
            for (index, (name, value)) in right.enumerated() {
                let claims = good.with("jti", .string("r\(index)")).with(name, value)
                let response = try await house.token(assertion: try key.sign(claims.json), proof: true)
                #expect(response.status == .ok, "\(name) \(value): \(response.text)")
            }
        }
    }

    @Test func `a certificate in the header is passed over, and is never the key`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            // A chain of three, in base64.
            let chain = Array(repeating: "\"" + String(repeating: "MIIB", count: 400) + "\"", count: 3)
            for (index, member) in [
                #""x5t":"GvnPApfWMdLRi8PDmisFn7bprKg""#, #""x5t#S256":"\#(House.crypto.digest("certificate"))""#,
                #""x5c":[\#(chain.joined(separator: ","))]"#,
            ].enumerated() {
                for (signer, status) in [(key, 200), (stranger, 401)] {
                    let claims = Assertion(at: house.clock.now(), id: "\(index)-\(status)").json
                    let assertion = try signer.sign(
                        header: #"{"alg":"ES256",\#(member)}"#,
                        payload: String(decoding: claims.encoded(), as: UTF8.self))
                    let response = try await house.token(assertion: assertion)
                    #expect(response.status.code == status, "\(member.prefix(20)): \(response.text)")
                }
            }
        }
    }

    @Test func `outside FAPI the token endpoint may stand as audience`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let claims = Assertion(at: house.clock.now(), audience: House.issuer + "/oauth2/token")
            #expect(try await house.token(assertion: try key.sign(claims.json)).status == .ok)
        }
    }

    @Test func `the algorithm is the registered one, and never RS256 under FAPI`() async throws {
        try await House.run { house in
            let rsa = try ClientKey.rs256.get()
            var jwk = rsa.key.publicJWK.objectMembers ?? []
            jwk.removeAll { $0.name == "alg" }
            let set = JSONValue.object(["keys": .array([.object(jwk)])])
            let keys = ClientKeys(jwks: String(decoding: set.encoded(), as: UTF8.self))
            try await house.addSignedClient("plain", keys: keys)
            try await house.addSignedClient("fapi", keys: keys) { $0.policy.fapi2 = true }
            try await house.addSignedClient("bound", keys: keys) { $0.policy.assertionAlgorithm = "PS256" }
            let pss = ClientKey(key: try SigningKey(.ps256, pem: rsa.key.pem))
            for (client, signer, isGood) in [
                ("plain", rsa, true), ("plain", pss, true), ("fapi", rsa, false), ("fapi", pss, true),
                ("bound", rsa, false), ("bound", pss, true),
            ] {
                let id = client + signer.key.algorithm.rawValue
                let assertion = try signer.sign(Assertion(client, at: house.clock.now(), id: id).json)
                let response = try await house.token(assertion: assertion, proof: true)
                #expect(response.status == (isGood ? .ok : .unauthorized), "\(id): \(response.text)")
            }
        }
    }

    @Test func `the method is the registered one, and there is one`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            try await house.addClient()
            try await house.addClient("app", secret: nil)
            let now = house.clock.now()
            let form = ParameterList(["grant_type": "client_credentials"])
            for client in ["department", "app", "nobody"] {
                let assertion = try key.sign(Assertion(client, at: now).json)
                #expect(try await house.token(assertion: assertion).error == "invalid_client", "\(client)")
            }
            #expect(try await house.token(form.adding("client_id", "signed"), as: nil).error == "invalid_client")
            #expect(try await house.token(form, as: "signed:" + House.secret).error == "invalid_client")
            let assertion = try key.sign(Assertion(at: now).json)
            let twice = form.adding("client_assertion_type", AssertionCredentials.type)
                .adding("client_assertion", assertion)
            #expect(try await house.token(twice, as: "department:" + House.secret).error == "invalid_request")
            for odd in [
                form.adding("client_assertion", assertion),
                form.adding("client_assertion_type", AssertionCredentials.type),
                form.adding("client_assertion", assertion).adding("client_assertion_type", "urn:other"),
                form.adding("client_assertion", "x").adding("client_assertion_type", AssertionCredentials.type),
            ] {
                #expect(try await house.token(odd, as: nil).error == "invalid_client")
            }
            #expect(try await house.token(assertion: assertion).status == .ok, "none of it burnt the id")
        }
    }

    @Test(arguments: Backend.available)
    func `one assertion presented fifty times is good once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let assertion = try key.sign(Assertion(at: house.clock.now()).json)
            let good = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { try await house.token(assertion: assertion).status == .ok } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(good == 1)
            house.clock.advance(by: .minutes(10))
            #expect(try await house.sweep() > 0)
            let rows = try await house.database.read { try $0.query("SELECT 1 AS n FROM identity_single_use").count }
            #expect(rows == 0)
        }
    }
}
