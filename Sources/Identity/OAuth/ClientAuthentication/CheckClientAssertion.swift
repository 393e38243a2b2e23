import Core
import Cryptography

/// Judges a client assertion (RFC 7523 §3, OpenID Connect Core §9, FAPI 2.0 Security Profile §5.3.2.1).
///
/// 1. signed by a key of the client, with an algorithm open to it (`ClientSignedTokens`);
/// 2. `iss` and `sub` are the client;
/// 3. `aud` is one string: the issuer. Clients outside FAPI may also name the token endpoint or the endpoint called,
///    as OpenID Connect Core §9 told them to; an array is refused for everyone, since it lets one assertion be good
///    at two servers;
/// 4. `exp` is there, ahead, and not far; `nbf` and `iat` may be up to 30 s ahead, as clocks differ;
/// 5. `jti` is there and, last, presented for the first time: only who holds the key can burn one.
struct CheckClientAssertion: Sendable {
    static let clockSkew = Duration.seconds(30)
    static let longestLife = Duration.hours(1)
    static let longestLifeUnderFAPI2 = Duration.minutes(10)
    private static let types = ["JWT", "client-authentication+jwt"]
    let tokens: ClientSignedTokens
    let singleUse: SingleUse
    let issuer: String
    let surroundings: Surroundings

    /// - Parameter path: the endpoint called, as `/oauth2/token`.
    func callAsFunction(_ assertion: String, of client: Client, at path: String) async throws {
        let claims: JSONValue
        do {
            claims = try await tokens.claims(
                of: assertion, from: client,
                algorithms: ClientSignedTokens.algorithms(for: client, registered: client.policy.assertionAlgorithm),
                types: Self.types)
        } catch let fault as ClientTokenFault {
            throw refuse("the client assertion is not good: the client \(fault.advice)", "\(fault)")
        }
        guard claims["iss"]?.stringValue == client.id, claims["sub"]?.stringValue == client.id else {
            throw refuse("iss and sub of the client assertion must be the client_id")
        }
        try checkAudience(claims["aud"], client, path)
        let expires = try checkTimes(claims, client)
        guard let id = claims["jti"]?.stringValue, (1...512).contains(id.utf8.count) else {
            throw refuse("the client assertion has no jti")
        }
        guard try await singleUse.isFirst(.assertion, id, of: client.id, until: expires + Self.clockSkew) else {
            throw refuse("the client assertion has been used already")
        }
    }

    private func checkAudience(_ claim: JSONValue?, _ client: Client, _ path: String) throws(OAuthError) {
        let accepted = client.policy.isFAPI2 ? [issuer] : [issuer, issuer + "/oauth2/token", issuer + path]
        guard let audience = claim?.stringValue, accepted.contains(audience) else {
            throw refuse("aud of the client assertion must be the issuer, as one string")
        }
    }

    private func checkTimes(_ claims: JSONValue, _ client: Client) throws(OAuthError) -> Instant {
        let now = surroundings.now()
        let longest = client.policy.isFAPI2 ? Self.longestLifeUnderFAPI2 : Self.longestLife
        guard let expires = claims.instant("exp"), expires > now else {
            throw refuse("the client assertion has expired or has no exp")
        }
        guard expires <= now + longest + Self.clockSkew else {
            throw refuse("exp of the client assertion is too far ahead")
        }
        for name in ["nbf", "iat"] where claims[name] != nil {
            guard let from = claims.instant(name), from <= now + Self.clockSkew else {
                throw refuse("\(name) of the client assertion is ahead of the time")
            }
        }
        return expires
    }

    private func refuse(_ description: String, _ detail: String? = nil) -> OAuthError {
        OAuthError(.invalidClient, description, detail: detail, mayRedirect: false)
    }
}

extension JSONValue {
    /// A NumericDate (RFC 7519 §2), fractions cut off; `nil` for anything else.
    func instant(_ name: String) -> Instant? {
        switch self[name] {
        case .integer(let seconds): Instant(seconds: seconds)
        case .number(let seconds) where abs(seconds) < 1e12: Instant(seconds: Int64(seconds))
        default: nil
        }
    }
}
