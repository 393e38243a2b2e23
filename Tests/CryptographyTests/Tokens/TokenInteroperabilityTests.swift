import Core
import Cryptography
import JWTKit
import Testing

@Suite("Tokens and key sets as another implementation (JWTKit) reads and writes them")
struct TokenInteroperabilityTests {
    private struct Claims: JWTPayload, Equatable {
        var sub: String
        var name: String

        func verify(using key: some JWTAlgorithm) {}
    }

    private static let claims = Claims(sub: "0193a5c0", name: "测试甲 \"/\\")
    private static let payload: JSONValue = .object(["sub": "0193a5c0", "name": "测试甲 \"/\\"])

    @Test(arguments: SignatureAlgorithm.allCases)
    func `our tokens verify elsewhere with the published key set`(algorithm: SignatureAlgorithm) async throws {
        let key = try SigningKey.generate(algorithm)
        let published = String(decoding: VerificationKeys([key]).jwks.encoded(), as: UTF8.self)
        let keys = try await JWTKeyCollection().add(jwksJSON: published)
        let token = try TokenSigner.sign(payload: Self.payload, type: "JWT", with: key)
        #expect(try await keys.verify(token, as: Claims.self) == Self.claims)
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `tokens made elsewhere verify here`(algorithm: SignatureAlgorithm) async throws {
        let key = try SigningKey.generate(algorithm)
        let pem = key.pem.reveal()
        let keys = JWTKeyCollection()
        let kid = JWKIdentifier(string: key.id)
        switch algorithm {
        case .es256: await keys.add(ecdsa: try ES256PrivateKey(pem: pem), kid: kid)
        case .rs256: await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: pem), digestAlgorithm: .sha256, kid: kid)
        case .ps256: await keys.add(pss: try Insecure.RSA.PrivateKey(pem: pem), digestAlgorithm: .sha256, kid: kid)
        case .ed25519: await keys.add(eddsa: try EdDSA.PrivateKey(pem: pem), kid: kid)
        }
        let token = try await keys.sign(Self.claims, kid: kid)
        let payload = try TokenSigner.verify(
            token, keys: VerificationKeys([key]), expectedTypes: ["JWT"], typeMayBeAbsent: true)
        #expect(payload["sub"] == "0193a5c0")
        #expect(payload["name"] == Self.payload["name"])
    }
}
