import Core

/// The claims of an ID token, judged by the relying party (OpenID Connect Core §3.1.3.7).
///
/// 1. `iss` is our issuer; 2. `aud` holds our client, and `azp` is our client if it is there or `aud`
/// holds several; 3. `exp` has not passed and `iat` is not in the future, with a minute of skew;
/// 4. `nonce` is the one of this attempt. The signature has been checked before.
struct CheckIDToken {
    let issuer: String
    let clientID: String

    func callAsFunction(_ claims: JSONValue, nonce: String, now: Instant) throws(SignInFailure) {
        guard claims["iss"]?.text == issuer else { throw .idToken("iss") }
        let audience = claims["aud"]?.text.map { [$0] } ?? claims["aud"]?.texts ?? []
        guard audience.contains(clientID) else { throw .idToken("aud") }
        if let azp = claims["azp"] {
            guard azp.text == clientID else { throw .idToken("azp") }
        } else if audience.count > 1 {
            throw .idToken("azp")
        }
        guard let expiry = claims["exp"]?.integer, now.seconds < expiry + 60 else { throw .idToken("exp") }
        guard let issued = claims["iat"]?.integer, issued <= now.seconds + 60 else { throw .idToken("iat") }
        guard let sent = claims["nonce"]?.text, constantTimeEqual(sent, nonce) else { throw .idToken("nonce") }
        guard claims["sub"]?.text?.isEmpty == false else { throw .idToken("sub") }
    }
}

/// Why a sign-in came to nothing; the text is for the log.
enum SignInFailure: Error, Sendable, Hashable {
    /// No attempt of this browser has this state: too old, used before, or started elsewhere.
    case unknownState
    /// The answer names another issuer (RFC 9207 §2.4).
    case issuer
    /// The identity provider answered with an error of its own.
    case provider(String)
    case missingCode
    case tokenEndpoint(String)
    case idToken(String)
}
