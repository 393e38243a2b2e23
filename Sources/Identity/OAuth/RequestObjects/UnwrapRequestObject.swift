import Core
import Cryptography
import Web

/// Turns a signed request object into the parameters of an authorization request (RFC 9101, OpenID
/// Connect Core §6.1). What stands beside the object is never used (RFC 9101 §6.3).
///
/// 1. the client has registered keys, and one of them signed the object with an algorithm open to it;
///    `none` is refused (§6.1, §10.1);
/// 2. `iss` is the client and `aud` names this server; FAPI 2.0 insists on `aud` (Message Signing §5.3.1);
/// 3. `exp` is ahead and `nbf` has passed, as clocks go; FAPI 2.0 insists on both, at most an hour from one to the
///    other and at most an hour old;
/// 4. `client_id` inside is the one outside (§5);
/// 5. no `request` or `request_uri` inside (§4), and no `sub` that would make it a client assertion (§10.8).
///
/// Deliberately not refused: the same object a second time, since a person may load the page again.
struct UnwrapRequestObject: Sendable {
    private static let types = ["oauth-authz-req+jwt", "JWT"]
    private static let longest = Duration.hours(1)
    let tokens: ClientSignedTokens
    let issuer: String
    let surroundings: Surroundings

    /// - Throws: `OAuthError` `invalid_request_object`; `request_not_supported` for a client without keys.
    func callAsFunction(_ object: String, from client: Client) async throws -> ParameterList {
        guard !client.keys.isEmpty else {
            throw OAuthError(.requestNotSupported, "the client has registered no keys for request objects")
        }
        let claims: JSONValue
        do {
            claims = try await tokens.claims(
                of: object, from: client,
                algorithms: ClientSignedTokens.algorithms(
                    for: client, registered: client.policy.requestObjectAlgorithm),
                types: Self.types)
        } catch let fault as ClientTokenFault {
            throw refuse("the request object is not good: the client \(fault.advice)", "\(fault)")
        }
        try checkParties(claims, client)
        try checkTimes(claims, client)
        return try ParameterList(requestObject: claims)
    }

    private func checkParties(_ claims: JSONValue, _ client: Client) throws(OAuthError) {
        guard claims["client_id"]?.stringValue == client.id else {
            throw refuse("client_id of the request object must be the client_id outside")
        }
        if let named = claims["iss"], named.stringValue != client.id {
            throw refuse("iss of the request object must be the client_id")
        }
        guard claims["sub"]?.stringValue != client.id else {
            throw refuse("sub of the request object must not be the client_id")
        }
        switch claims["aud"] {
        case .string(issuer): return
        case .array(let several) where several.contains(.string(issuer)): return
        case nil where !client.policy.isFAPI2: return
        default: throw refuse("aud of the request object must be the issuer")
        }
    }

    private func checkTimes(_ claims: JSONValue, _ client: Client) throws(OAuthError) {
        let now = surroundings.now()
        let skew = CheckClientAssertion.clockSkew
        let insists = client.policy.isFAPI2
        if claims["exp"] != nil || insists {
            guard let expires = claims.instant("exp"), expires > now else {
                throw refuse("the request object has expired or has no exp")
            }
            guard !insists || expires <= now + Self.longest + skew else {
                throw refuse("exp of the request object is too far ahead")
            }
        }
        if claims["nbf"] != nil || insists {
            guard let begins = claims.instant("nbf"), begins <= now + skew else {
                throw refuse("nbf of the request object is ahead of the time or missing")
            }
            guard !insists || begins + Self.longest >= now else { throw refuse("the request object is too old") }
            guard !insists || claims.instant("exp").map({ $0 <= begins + Self.longest }) ?? false else {
                throw refuse("from nbf to exp of the request object it is more than an hour")
            }
        }
        if claims["iat"] != nil {
            guard let made = claims.instant("iat"), made <= now + skew else {
                throw refuse("iat of the request object is ahead of the time")
            }
        }
    }

    private func refuse(_ description: String, _ detail: String? = nil) -> OAuthError {
        OAuthError(.invalidRequestObject, description, detail: detail)
    }
}
