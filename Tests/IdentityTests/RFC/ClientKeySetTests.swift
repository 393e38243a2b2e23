import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7517, RFC 7591 §2 key sets of clients")
struct ClientKeySetTests {
    private static let uri = "https://signed.example/jwks"

    private func isGood(_ house: House, _ key: ClientKey) async throws -> Bool {
        let claims = Assertion(at: house.clock.now(), id: house.surroundings.newID())
        return try await house.token(assertion: try key.sign(claims.json)).status == .ok
    }

    @Test func `keys are read from jwks_uri once, and again when a new one is met`() async throws {
        try await House.run { house in
            let old = try ClientKey.es256.get()
            let new = ClientKey(key: try SigningKey.generate(.ps256))
            try await house.addSignedClient(keys: ClientKeys(jwksURI: Self.uri))
            house.outbound.publish(old.jwks, at: Self.uri)
            for _ in 0..<5 { #expect(try await isGood(house, old)) }
            #expect(house.outbound.reads == [Self.uri])
            house.outbound.publish(new.jwks, at: Self.uri)
            house.clock.advance(by: .seconds(4))
            #expect(try await isGood(house, new))
            #expect(house.outbound.reads.count == 2)
            #expect(try await !isGood(house, old), "the key that was taken out is dead")
        }
    }

    @Test func `a withdrawn key is dead within a minute`() async throws {
        try await House.run { house in
            let old = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwksURI: Self.uri))
            house.outbound.publish(old.jwks, at: Self.uri)
            #expect(try await isGood(house, old))
            house.outbound.publish(try ClientKey.rs256.get().jwks, at: Self.uri)
            house.clock.advance(by: .seconds(61))
            #expect(try await !isGood(house, old))
        }
    }

    @Test func `the last good set serves while the URL is down, and garbage does not make us hammer it`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            try await house.addSignedClient(keys: ClientKeys(jwksURI: Self.uri))
            house.outbound.publish(key.jwks, at: Self.uri)
            #expect(try await isGood(house, key))
            for text in [nil, "no JSON", "{}", #"{"keys":[]}"#, String(repeating: " ", count: 70_000)] as [String?] {
                house.outbound.publish(text, at: Self.uri)
                house.clock.advance(by: .minutes(2))
                #expect(try await isGood(house, key))
            }
            let reads = house.outbound.reads.count
            for _ in 0..<20 { #expect(try await !isGood(house, stranger)) }
            #expect(house.outbound.reads.count <= reads + 1)
            house.clock.advance(by: .hours(25))
            #expect(try await !isGood(house, key), "not for ever")
        }
    }

    @Test func `a set that gives away a private key is refused whole`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let leaking = key.jwks.replacing(#""kty":"EC""#, with: #""d":"AAAA","kty":"EC""#)
            #expect(leaking != key.jwks)
            try await house.addSignedClient(keys: ClientKeys(jwks: leaking))
            #expect(try await !isGood(house, key))
        }
    }

    @Test func `keys changed by an operator count at once`() async throws {
        try await House.run { house in
            let old = try ClientKey.es256.get()
            let new = ClientKey(key: try SigningKey.generate(.ed25519))
            var client = try await house.addSignedClient(keys: ClientKeys(jwks: old.jwks))
            #expect(try await isGood(house, old))
            client.keys = ClientKeys(jwks: new.jwks)
            try await house.put(client)
            #expect(try await isGood(house, new))
            #expect(try await !isGood(house, old))
        }
    }
}
