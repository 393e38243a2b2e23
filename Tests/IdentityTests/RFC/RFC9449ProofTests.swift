import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9449 §4.3, §5 and §8: keys, times and addresses of proofs, at every endpoint that reads one")
struct RFC9449ProofTests {
    private static let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
    private static let credentials = "machine:" + House.secret

    private typealias Send = @Sendable (_ proof: String) async throws -> TestResponse

    private func withMachine(
        _ backend: Backend = .sqlite, _ body: @Sendable @escaping (House, _ send: Send) async throws -> Void
    ) async throws {
        try await House.run(backend) { house in
            try await house.addClient("machine") { $0.grants = ["client_credentials"] }
            try await body(house) { proof in
                try await house.token(Self.machine, as: Self.credentials, proofs: [proof])
            }
        }
    }

    /// §4.3 item 11; `exp` and `nbf` hold where a client adds them.
    @Test func `the times of a proof are judged to the second`() async throws {
        try await withMachine { house, send in
            let maker = try ProofMaker.es256.get()
            let now = house.clock.now().seconds
            let rows: [(name: String, seconds: Int64, isGood: Bool)] = [
                ("iat", -60, true), ("iat", -61, false), ("iat", 30, true), ("iat", 31, false),
                ("exp", -29, true), ("exp", -30, false), ("nbf", 30, true), ("nbf", 31, false),
            ]
            for row in rows {
                let answer = try await send(maker.proof(house, but: (row.name, .integer(now + row.seconds))))
                #expect(answer.error == (row.isGood ? nil : "invalid_dpop_proof"), "\(row): \(answer.text)")
            }
            for name in ["iat", "exp", "nbf"] {
                let answer = try await send(maker.proof(house, but: (name, "soon")))
                #expect(answer.status == .badRequest && answer.error == "invalid_dpop_proof", "\(name)")
            }
        }
    }

    /// §11.1.
    @Test(arguments: Backend.available)
    func `a proof is remembered for as long as it could be used`(backend: Backend) async throws {
        try await withMachine(backend) { house, send in
            let ahead = house.clock.now().seconds + 30
            let proof = try ProofMaker.es256.get().proof(house, but: ("iat", .integer(ahead)))
            #expect(try await send(proof).status == .ok)
            house.clock.advance(by: .seconds(90))
            while try await house.sweep() > 0 {}
            let again = try await send(proof)
            #expect(again.error == "invalid_dpop_proof", "\(again.text)")
            #expect(try again.json()["error_description"] == "the DPoP proof has been used already")
            house.clock.advance(by: .seconds(31))
            while try await house.sweep() > 0 {}
            #expect(try await house.count("identity_single_use", where: "kind = 'proof'") == 0, "and no longer")
            #expect(try await send(proof).error == "invalid_dpop_proof")
        }
    }

    /// §4.2 `jti`: ids of two keys do not meet, so nobody can use up another's.
    @Test func `an id is a text of some length, and belongs to its key`() async throws {
        try await withMachine { house, send in
            let maker = try ProofMaker.es256.get()
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let rows: [(id: JSONValue, isGood: Bool)] = [
                (.string(String(repeating: "j", count: 512)), true),
                (.string(String(repeating: "j", count: 513)), false),
                ("", false), (.null, false), (.strings(["a"]), false), (true, false), ("one", true),
            ]
            for (index, row) in rows.enumerated() {
                let answer = try await send(maker.proof(house, but: ("jti", row.id)))
                #expect(answer.error == (row.isGood ? nil : "invalid_dpop_proof"), "\(index): \(answer.text)")
            }
            #expect(try await send(other.proof(house, but: ("jti", "one"))).status == .ok)
            #expect(try await send(maker.proof(house, but: ("jti", "one"))).error == "invalid_dpop_proof")
        }
    }

    /// §4.3 items 4 to 7; RFC 8725 §3.4.
    @Test func `a key that is private, weak, no key or for something else proves nothing`() async throws {
        try await withMachine { house, send in
            let maker = try ProofMaker.es256.get()
            let good = (maker.key.key.publicJWK.objectMembers ?? []).filter {
                !["kid", "use", "alg"].contains($0.name)
            }
            func jwk(_ name: String, _ value: JSONValue) -> JSONValue {
                JSONValue.object(good.filter { $0.name != name } + [JSONValue.Member(name, value)])
            }
            // A coordinate of RFC 7515 A.3, which belongs to another point.
            let foreign: JSONValue = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
            let zero = JSONValue.string(String(repeating: "A", count: 43))
            let wrong: [(String, JSONValue)] = [
                ("d", jwk("d", "AAAA")), ("p", jwk("p", "AAAA")), ("q", jwk("q", "AAAA")), ("dp", jwk("dp", "AAAA")),
                ("dq", jwk("dq", "AAAA")), ("qi", jwk("qi", "AAAA")), ("k", jwk("k", "AAAA")),
                ("oth", jwk("oth", .array([]))), ("d of null", jwk("d", .null)),
                ("not on the curve", jwk("y", foreign)), ("x is zero", jwk("x", zero)),
                ("x too short", jwk("x", "AAAA")),
                ("x is a number", jwk("x", 7)), ("P-384", jwk("crv", "P-384")), ("secp256k1", jwk("crv", "secp256k1")),
                ("for encryption", jwk("use", "enc")), ("for signing alone", jwk("key_ops", .strings(["sign"]))),
                ("alg of another", jwk("alg", "ES384")), ("kid is a number", jwk("kid", 7)),
                ("a set", .object(["keys": .array([.object(good)])])), ("a list", .array([.object(good)])),
                ("empty", .object([])), ("null", .null),
            ]
            for (name, jwk) in wrong {
                let answer = try await send(maker.proof(house, header: [("jwk", jwk)]))
                #expect(answer.status == .badRequest && answer.error == "invalid_dpop_proof", "\(name): \(answer.text)")
            }
            // Under this key of Ed25519 one signature holds for every text.
            let weak: JSONValue = .object([
                "kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ])
            let proof = try maker.proof(house, header: [("alg", "EdDSA"), ("jwk", weak)])
            let parts = proof.split(separator: ".").map(String.init)
            let signature = Base64URL.encode([1] + [UInt8](repeating: 0, count: 63))
            let answer = try await send(parts[0] + "." + parts[1] + "." + signature)
            #expect(answer.error == "invalid_dpop_proof", "\(answer.text)")
            let right: [(String, JSONValue)] = [
                ("jwk", jwk("key_ops", .strings(["verify"]))), ("jwk", jwk("kid", "mine")), ("kid", "mine"),
                ("typ", "DPoP+JWT"), ("typ", "application/dpop+jwt"),
            ]
            for (name, value) in right {
                let answer = try await send(maker.proof(house, header: [(name, value)]))
                #expect(answer.status == .ok, "\(name): \(answer.text)")
            }
        }
    }

    /// §4.3 items 8 and 9.
    @Test func `no other address or method passes for the one that was called`() async throws {
        try await withMachine { house, send in
            let maker = try ProofMaker.es256.get()
            let address = "http://localhost:8080/oauth2/token"
            let addresses = [
                address + "/", "http://localhost:8080/OAUTH2/token", "http://localhost:8080//oauth2/token",
                "http://localhost:8080/oauth2%2Ftoken", "http://localhost:8080/x/../oauth2/par", House.issuer,
                "http://localhost.:8080/oauth2/token", "http://127.0.0.1:8080/oauth2/token",
                "ws://localhost:8080/oauth2/token", "http://localhost:8080@evil.example/oauth2/token",
                "http://localhost:8080\\@evil.example/oauth2/token", "http://@localhost:8080/oauth2/token",
                " " + address, address + " ", "http://localhost:80800/oauth2/token", "//localhost:8080/oauth2/token",
                "",
                address + "?" + String(repeating: "x", count: 2048),
            ]
            let written: [(name: String, value: JSONValue)] = addresses.map { ("htu", .string($0)) }
            let others: [(name: String, value: JSONValue)] = [
                ("htu", 7), ("htu", .strings([address])), ("htm", .strings(["POST"])), ("htm", "Post"), ("htm", ""),
                ("htm", "POST "), ("htm", .null), ("htm", "HEAD"),
            ]
            for row in written + others {
                let answer = try await send(maker.proof(house, but: (row.name, row.value)))
                #expect(answer.status == .badRequest, "\(row): \(answer.text)")
                #expect(answer.error == "invalid_dpop_proof", "\(row): \(answer.text)")
            }
        }
    }

    /// §5.1.
    @Test func `the algorithms that discovery names are taken, and no others`() async throws {
        try await withMachine { house, send in
            let document = try await house.client.get("/.well-known/openid-configuration").json()
            let named = document["dpop_signing_alg_values_supported"]?.arrayValue ?? []
            let rsa = try ClientKey.rs256.get().key
            for algorithm in SignatureAlgorithm.allCases {
                let key =
                    switch algorithm {
                    case .rs256, .ps256: try SigningKey(algorithm, pem: rsa.pem)
                    case .es256, .ed25519: try SigningKey.generate(algorithm)
                    }
                let answer = try await send(ProofMaker(key: ClientKey(key: key)).proof(house))
                let isNamed = named.contains(.string(algorithm.rawValue))
                #expect(answer.error == (isNamed ? nil : "invalid_dpop_proof"), "\(algorithm): \(answer.text)")
            }
            #expect(named.count == 3)
        }
    }

    /// §5.2: what a system registers for itself binds it.
    @Test func `dpop_bound_access_tokens of a registration is insisted on`() async throws {
        try await House.run { house in
            let body = DynamicOPTests.metadata(#""dpop_bound_access_tokens": true"#)
            let registered = try await DynamicOPTests.register(house, body)
            #expect(try registered.json()["dpop_bound_access_tokens"] == true, "\(registered.text)")
            let party = try DynamicOPTests.Party(registered)
            let form = house.tokenForm(party.attempt, code: "unknown")
            let credentials = party.id + ":" + party.secret
            let bare = try await house.token(form, as: credentials)
            #expect(bare.status == .badRequest && bare.error == "invalid_dpop_proof", "\(bare.text)")
            let proof = try ProofMaker.es256.get().proof(house)
            #expect(try await house.token(form, as: credentials, proofs: [proof]).error == "invalid_grant")
        }
    }
}
