import Foundation
import JWTKit

/// A token whose signature has been verified with a key that the provider publishes.
struct SignedToken<Claims: JWTPayload>: Sendable {
    let claims: Claims
    /// `typ` of the header, lower case, without an `application/` prefix (RFC 7515 §4.1.9).
    let type: String?
    /// `alg` of the header, equal to the key's.
    let algorithm: String
    /// The payload as it was signed, for display.
    let payload: Data

    /// Verifies `text` as a compact JWS.
    /// - Throws: ``SignInFault`` when it is malformed, its key unknown, its algorithm not the key's, or the signature wrong.
    static func verify(_ text: String, provider: IdentityProvider) async throws -> SignedToken {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count < 16_384, parts.count == 3, let headerBytes = Base64URLText.decode(parts[0]),
            let payload = Base64URLText.decode(parts[1]),
            let header = try? JSONDecoder().decode(Header.self, from: headerBytes)
        else { throw SignInFault.notTrusted("the token is malformed") }
        guard header.crit == nil else { throw SignInFault.notTrusted("the token has critical header extensions") }
        let key = try await provider.key(id: header.kid)
        guard key.algorithm == header.alg else {
            throw SignInFault.notTrusted("the token says \(header.alg), key \(key.id) is for \(key.algorithm)")
        }
        do {
            let collection = try await JWTKeyCollection().add(jwk: key.jwk)
            let claims = try await collection.verify(text, as: Claims.self)
            return SignedToken(claims: claims, type: header.type, algorithm: key.algorithm, payload: payload)
        } catch {
            throw SignInFault.notTrusted("the token did not verify: \(error)")
        }
    }

    private struct Header: Decodable {
        let alg: String
        let kid: String
        let typ: String?
        let crit: [String]?

        var type: String? {
            typ.map { $0.lowercased() }.map { $0.hasPrefix("application/") ? String($0.dropFirst(12)) : $0 }
        }
    }
}

/// Base64url without padding (RFC 7515 §2).
enum Base64URLText {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    static func decode(_ text: some StringProtocol) -> Data? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: padded + String(repeating: "=", count: (4 - padded.utf8.count % 4) % 4))
    }
}
