import Core
import Cryptography
import Web

/// Turns a signed backchannel authentication request into its parameters (CIBA Core §7.1.1).
///
/// 1. a client that registered an algorithm for it, or stands under FAPI 2.0, signs every request (FAPI-CIBA §5.2.2);
/// 2. beside the object stands only what authenticates the client;
/// 3. a registered key signed it, with the algorithm registered for it;
/// 4. `iss` is the client, `aud` names this server, and `exp`, `iat`, `nbf` and `jti` are all there: at most an hour
/// from `nbf` to `exp`, at most an hour old; 5. last, `jti` comes for the first time.
struct UnwrapBackchannelRequest: Sendable {
    private static let outside: Set<String> = [
        "request", "client_id", "client_secret", "client_assertion", "client_assertion_type",
    ]
    /// CIBA names no type; clients that sign authorization requests, too, use the one of RFC 9101 §10.8.
    private static let types = ["oauth-authz-req+jwt", "JWT"]
    private static let longest = Duration.hours(1)
    let tokens: ClientSignedTokens
    let singleUse: SingleUse
    let issuer: String
    let surroundings: Surroundings

    /// - Throws: `OAuthError` `invalid_request`; `invalid_request_object` for an object that is not good.
    func callAsFunction(_ form: ParameterList, from client: Client) async throws -> ParameterList {
        guard let object = form.value("request") else {
            guard !client.policy.mustSignBackchannelRequests else {
                throw OAuthError(.invalidRequest, "this client must sign its authentication requests")
            }
            return form
        }
        guard form.items.allSatisfy({ Self.outside.contains($0.name) }) else {
            throw OAuthError(.invalidRequest, "beside request stands only what authenticates the client")
        }
        let claims: JSONValue
        do {
            claims = try await tokens.claims(
                of: object, from: client,
                algorithms: ClientSignedTokens.algorithms(
                    for: client, registered: client.policy.backchannelRequestAlgorithm),
                types: Self.types)
        } catch let fault as ClientTokenFault {
            throw refuse("the request object is not good: the client \(fault.advice)", "\(fault)")
        }
        let expires = try check(claims, client)
        guard let id = claims["jti"]?.stringValue, (1...512).contains(id.utf8.count) else {
            throw refuse("the request has no jti")
        }
        guard
            try await singleUse.isFirst(
                .requestObject, id, of: client.id, until: expires + CheckClientAssertion.clockSkew)
        else { throw refuse("the request has been sent before") }
        return try ParameterList(requestObject: claims)
    }

    /// - Returns: when it expires.
    private func check(_ claims: JSONValue, _ client: Client) throws(OAuthError) -> Instant {
        guard claims["iss"]?.stringValue == client.id else { throw refuse("iss must be the client_id") }
        switch claims["aud"] {
        case .string(issuer): break
        case .array(let several) where several.contains(.string(issuer)): break
        default: throw refuse("aud must be the issuer")
        }
        let now = surroundings.now()
        let skew = CheckClientAssertion.clockSkew
        guard let expires = claims.instant("exp"), expires > now, expires <= now + Self.longest + skew else {
            throw refuse("exp is missing, past or more than an hour ahead")
        }
        for name in ["iat", "nbf"] {
            guard let from = claims.instant(name), from <= now + skew, from + Self.longest >= now else {
                throw refuse("\(name) is missing, ahead of the time or more than an hour ago")
            }
        }
        guard let begins = claims.instant("nbf"), expires <= begins + Self.longest else {
            throw refuse("from nbf to exp it is more than an hour")
        }
        return expires
    }

    private func refuse(_ description: String, _ detail: String? = nil) -> OAuthError {
        OAuthError(.invalidRequestObject, description, detail: detail)
    }
}
