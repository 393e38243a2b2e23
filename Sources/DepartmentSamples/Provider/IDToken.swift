import Crypto
import Foundation
import JWTKit

/// The claims of an ID token that a relying party must check (OpenID Connect Core 1.0 §3.1.3.7).
struct IDTokenClaims: JWTPayload {
    let iss: String
    let sub: String
    let aud: OneOrMany
    let exp: Double
    let iat: Double
    let nonce: String?
    let azp: String?
    let sid: String?
    let atHash: String?

    enum CodingKeys: String, CodingKey {
        case iss, sub, aud, exp, iat, nonce, azp, sid
        case atHash = "at_hash"
    }

    /// Claims are checked by ``IDToken``, which knows what to expect.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// `aud` may be one string or a list (RFC 7519 §4.1.3).
struct OneOrMany: Codable, Sendable {
    let values: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        values = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

/// The ordered checks on a verified ID token.
enum IDToken {
    /// Seconds that two clocks may differ.
    private static let skew: Double = 60

    static func check(
        _ token: SignedToken<IDTokenClaims>, issuer: String, clientID: String, nonce: String, accessToken: String,
        now: Date
    ) throws {
        let claims = token.claims
        try require(token.type == nil || token.type == "jwt", "typ is \(token.type ?? "")")
        try require(claims.iss == issuer, "iss is \(claims.iss)")
        try require(claims.aud.values.contains(clientID), "aud is \(claims.aud.values)")
        try require(claims.aud.values.count == 1 || claims.azp != nil, "several audiences without azp")
        try require(claims.azp == nil || claims.azp == clientID, "azp is \(claims.azp ?? "")")
        try require(claims.exp > now.timeIntervalSince1970 - skew, "it has expired")
        try require(claims.iat < now.timeIntervalSince1970 + skew, "it is from the future")
        try require(claims.nonce == nonce, "nonce is not ours")
        try require(!claims.sub.isEmpty && claims.sub.utf8.count <= 255, "sub is empty or too long")
        try require(
            claims.atHash == nil || claims.atHash == hash(of: accessToken, algorithm: token.algorithm),
            "at_hash does not fit the access token")
    }

    /// OpenID Connect Core 1.0 §3.1.3.6: the left half of the hash that belongs to the signature algorithm.
    private static func hash(of accessToken: String, algorithm: String) -> String {
        let bytes = Data(accessToken.utf8)
        return algorithm == "EdDSA"
            ? Base64URLText.encode(SHA512.hash(data: bytes).prefix(32))
            : Base64URLText.encode(SHA256.hash(data: bytes).prefix(16))
    }

    private static func require(_ holds: Bool, _ why: @autoclosure () -> String) throws {
        if !holds { throw SignInFault.notTrusted("ID token: \(why())") }
    }
}
