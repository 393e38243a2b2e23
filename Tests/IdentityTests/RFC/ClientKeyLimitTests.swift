import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7517 §4, §5, RFC 7518 §6: what the key set of a client may hold")
struct ClientKeyLimitTests {
    private static func keySet(_ keys: [JSONValue]) -> String {
        String(decoding: JSONValue.object(["keys": .array(keys)]).encoded(), as: UTF8.self)
    }

    /// A public key with other members; `nil` takes one out.
    private static func jwk(_ key: ClientKey, _ changes: (String, JSONValue?)...) -> JSONValue {
        var members = key.key.publicJWK.objectMembers ?? []
        for (name, value) in changes {
            members.removeAll { $0.name == name }
            if let value { members.append(.init(name, value)) }
        }
        return .object(members)
    }

    /// Keys that are passed over, by what is wrong with them.
    private static func unfit() throws -> [(name: String, key: JSONValue)] {
        let (curve, rsa) = (try ClientKey.es256.get(), try ClientKey.rs256.get())
        let x = curve.key.publicJWK["x"]
        let short = Base64URL.encode([0x80] + [UInt8](repeating: 1, count: 127))
        return [
            ("for encryption", jwk(curve, ("use", "enc"))),
            ("for making signatures", jwk(curve, ("key_ops", .strings(["sign"])))),
            ("for an algorithm of another curve", jwk(curve, ("alg", "ES384"))),
            ("for a secret's algorithm", jwk(curve, ("alg", "HS256"))),
            ("on another curve", jwk(curve, ("crv", "P-384"))), ("of an unknown type", jwk(curve, ("kty", "AKP"))),
            ("without a type", jwk(curve, ("kty", nil))), ("without x", jwk(curve, ("x", nil))),
            ("off the curve", jwk(curve, ("y", x))),
            ("with padding", jwk(curve, ("x", .string((x?.stringValue ?? "") + "=")))),
            ("at the origin", jwk(curve, ("x", zero), ("y", zero))),
            ("with a number for its name", jwk(curve, ("kid", 7))), ("with an empty name", jwk(curve, ("kid", ""))),
            ("with a long name", jwk(curve, ("kid", .string(String(repeating: "k", count: 257))))),
            ("of 1,024 bits", jwk(rsa, ("n", .string(short)))), ("without an exponent", jwk(rsa, ("e", nil))),
            ("with the exponent 1", jwk(rsa, ("e", "AQ"))), ("with an even exponent", jwk(rsa, ("e", "Ag"))),
            ("for SHA-512", jwk(rsa, ("alg", "RS512"))), ("that is no object", "key"),
        ]
    }

    /// 32 zero bytes.
    private static let zero = JSONValue.string(String(repeating: "A", count: 43))

    /// Why a set is not registered; `nil` when it is.
    private func fault(_ jwks: String) -> String? {
        var registration = ClientRegistration(id: "signed")
        registration.authMethod = "private_key_jwt"
        registration.grants = ["client_credentials"]
        registration.scopes = ["booking"]
        registration.keys.jwks = jwks
        do throws(ClientRegistrationFault) {
            _ = try ValidateRegistration(crypto: House.crypto)(registration)
            return nil
        } catch {
            return error.faults.first { $0.member == "jwks" }?.reason
        }
    }

    private func isGood(_ house: House, _ key: ClientKey, header: String? = nil) async throws -> Bool {
        let claims = Assertion(at: house.clock.now(), id: house.surroundings.newID()).json
        let payload = String(decoding: claims.encoded(), as: UTF8.self)
        let assertion = try header.map { try key.sign(header: $0, payload: payload) } ?? key.sign(claims)
        return try await house.token(assertion: assertion).status == .ok
    }

    @Test func `a registration without one key that can be used says so, as it does of private keys`() throws {
        let good = try ClientKey.es256.get().key.publicJWK
        for (name, key) in try Self.unfit() {
            #expect(fault(Self.keySet([key]))?.contains("no key that is known here") == true, "\(name)")
            #expect(fault(Self.keySet([key, good])) == nil, "\(name)")
        }
        #expect(fault(Self.keySet(Array(repeating: good, count: 20))) == nil)
        #expect(fault(Self.keySet(Array(repeating: good, count: 21)))?.contains("1 to 20 keys") == true)
        #expect(fault(Self.keySet([]))?.contains("1 to 20 keys") == true)
        for text in ["", "x", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]"#, String(repeating: "[", count: 10_000)] {
            #expect(fault(text)?.contains("must be a JWK set") == true, "\(text.prefix(20))")
        }
        let secret = JSONValue.object(["kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"])
        let (curve, rsa) = (try ClientKey.es256.get(), try ClientKey.rs256.get())
        var leaks = [secret, Self.jwk(curve, ("d", "AAAA"))]
        leaks += ["d", "p", "q", "dp", "dq", "qi", "oth"].map { Self.jwk(rsa, ($0, "AAAA")) }
        for key in leaks {
            #expect(fault(Self.keySet([good, key]))?.contains("private key") == true, "\(key)")
        }
    }

    @Test func `what is unfit is passed over, and the key beside it serves`() async throws {
        try await House.run { house in
            let (key, rsa) = (try ClientKey.es256.get(), try ClientKey.rs256.get())
            let good = key.key.publicJWK
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            for (name, unfit) in try Self.unfit() {
                let jwks = Self.keySet([unfit, good])
                try await house.change("signed") { $0.keys = ClientKeys(jwks: jwks) }
                #expect(try await isGood(house, key), "\(name)")
            }
            for unfit in [
                Self.jwk(rsa, ("use", "enc")), Self.jwk(rsa, ("key_ops", .strings(["encrypt"]))),
                Self.jwk(rsa, ("alg", "PS256")), Self.jwk(rsa, ("alg", "RSA-OAEP")),
            ] {
                let jwks = Self.keySet([unfit, good])
                try await house.change("signed") { $0.keys = ClientKeys(jwks: jwks) }
                #expect(try await !isGood(house, rsa), "\(unfit)")
            }
        }
    }

    @Test func `a name means one key, and without a name one alone can be meant`() async throws {
        try await House.run { house in
            let (key, rsa) = (try ClientKey.es256.get(), try ClientKey.rs256.get())
            let other = ClientKey(key: try SigningKey.generate(.es256))
            let unnamed = #"{"alg":"ES256"}"#
            let one = Self.keySet([key.key.publicJWK, rsa.key.publicJWK])
            try await house.addSignedClient(keys: ClientKeys(jwks: one))
            #expect(try await isGood(house, key, header: unnamed))
            #expect(try await !isGood(house, key, header: #"{"alg":"ES256","kid":"unknown"}"#))
            #expect(try await !isGood(house, key, header: #"{"alg":"ES256","kid":"\#(rsa.kid)"}"#))
            let two = Self.keySet([key.key.publicJWK, other.key.publicJWK])
            try await house.change("signed") { $0.keys = ClientKeys(jwks: two) }
            #expect(try await !isGood(house, key, header: unnamed))
            for named in [key, other] { #expect(try await isGood(house, named)) }
            let alike = Self.keySet([Self.jwk(key, ("kid", "k")), Self.jwk(other, ("kid", "k"))])
            try await house.change("signed") { $0.keys = ClientKeys(jwks: alike) }
            #expect(try await isGood(house, key, header: #"{"alg":"ES256","kid":"k"}"#), "the first of a name")
            #expect(try await !isGood(house, other, header: #"{"alg":"ES256","kid":"k"}"#))
        }
    }

    @Test func `a published set of more than 64 keys, or with a private one, is none`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let uri = "https://signed.example/jwks"
            try await house.addSignedClient(keys: ClientKeys(jwksURI: uri))
            let good = key.key.publicJWK
            let leak = Self.jwk(try ClientKey.rs256.get(), ("d", "AAAA"))
            for (keys, isTaken) in [
                (Array(repeating: good, count: 65), false), ([good, leak], false),
                (Array(repeating: good, count: 64), true),
            ] {
                house.outbound.publish(Self.keySet(keys), at: uri)
                house.clock.advance(by: .seconds(5))
                #expect(try await isGood(house, key) == isTaken, "\(keys.count)")
            }
        }
    }
}
