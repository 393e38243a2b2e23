import Web

/// Proof key with S256 (RFC 7636 §4.3, §4.4.1; RFC 9700 §2.1.1).
///
/// 1. a public client must send a challenge, and so must any client whose registration or profile says so;
/// 2. only S256: `plain`, which is also meant when the method is left out, is refused.
///
/// Deliberately not refused: a confidential client without a challenge; its secret and the ID
/// token's `nonce` protect the code (RFC 9700 §2.1.1), and OpenID Connect clients without PKCE exist.
struct CheckPKCE: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        let method = parameters.value("code_challenge_method")
        guard let challenge = parameters.value("code_challenge") else {
            guard method == nil else { throw OAuthError(.invalidRequest, "code_challenge is missing") }
            guard !client.requiresPKCE, !client.policy.isFAPI2 else {
                throw OAuthError(.invalidRequest, "code_challenge is required for this client")
            }
            return
        }
        guard method == "S256" else {
            throw OAuthError(.invalidRequest, "code_challenge_method must be S256")
        }
        guard PKCE.isChallenge(challenge) else {
            throw OAuthError(.invalidRequest, "code_challenge is not a SHA-256 in base64url")
        }
        request.codeChallenge = challenge
    }
}
