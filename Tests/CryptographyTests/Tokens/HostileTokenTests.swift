import Core
import TestKit
import Testing

@testable import Cryptography

@Suite("RFC 8725: hostile tokens")
struct HostileTokenTests {
    private static let es256 = Result { try SigningKey.generate(.es256) }
    private static let rs256 = Result { try SigningKey.generate(.rs256) }
    private static let stranger = Result { try SigningKey.generate(.es256) }

    private func signer(_ key: SigningKey) -> TokenMould.Signer {
        TokenMould.Signer(key.verificationKey) { try key.signature(over: $0) }
    }

    private func mould(rsa: SigningKey?, _ name: String, _ value: JSONValue) throws -> TokenMould {
        let stranger = try Self.stranger.get()
        return TokenMould(
            key: signer(try Self.es256.get()), rsa: rsa.map(signer), stranger: signer(stranger),
            header: [.init("alg", "ES256"), .init("typ", "test+jwt"), .init(name, value)], types: ["test+jwt"],
            // Claims are judged by those who ask for the token.
            judged: []
        ) { [.init("iss", "somebody"), .init("exp", 1_795_397_400)] }
    }

    @Test func `none is read by a known key`() throws {
        let key = try Self.es256.get()
        let rsa = try Self.rs256.get()
        let keys = VerificationKeys([key, rsa])
        func read(_ token: String) throws -> JSONValue {
            try TokenSigner.verify(token, keys: keys, expectedTypes: ["test+jwt"])
        }
        let mould = try mould(rsa: rsa, "kid", .string(key.id))
        #expect(try read(try mould.good())["iss"] == "somebody")
        for token in try HostileToken.all(from: mould) {
            #expect(throws: TokenFault.self, "\(token.name)") { try read(token.text) }
        }
    }

    @Test func `none is read by the key that it brings`() throws {
        var jwk = try Self.es256.get().publicJWK.objectMembers ?? []
        jwk.removeAll { ["kid", "use", "alg"].contains($0.name) }
        let mould = try mould(rsa: nil, "jwk", .object(jwk))
        func read(_ token: String) throws -> String {
            try TokenSigner.verifyWithOwnKey(token, type: "test+jwt", algorithms: [.es256]).thumbprint
        }
        #expect(try read(try mould.good()) == Self.es256.get().verificationKey.thumbprint)
        for token in try HostileToken.all(from: mould) {
            if token.trait == .bringsItsKey {
                #expect(try read(token.text) == Self.stranger.get().verificationKey.thumbprint, "\(token.name)")
            } else {
                #expect(throws: TokenFault.self, "\(token.name)") { try read(token.text) }
            }
        }
    }
}
