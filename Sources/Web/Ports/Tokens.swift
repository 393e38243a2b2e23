package import Core

/// Turns an access token of the API into the principal it stands for; `Identity` implements it.
package protocol AccessTokenVerifier: Sendable {
    /// For callers in this process, who got the token themselves.
    ///
    /// - Throws: `Problem.invalidToken` for a token that is not good (any more).
    func verify(_ token: String) async throws -> Principal

    /// For a request from outside: a token that is bound to a key must come from its holder, and under the right
    /// scheme (RFC 9449 §7.1, RFC 8705 §3).
    ///
    /// - Throws: `Problem` with the challenge of the scheme.
    func verify(_ presented: PresentedAccessToken) async throws -> Principal
}

extension AccessTokenVerifier {
    /// For verifiers that know of no bound tokens.
    package func verify(_ presented: PresentedAccessToken) async throws -> Principal {
        guard presented.scheme == .bearer else { throw Problem.invalidToken(scheme: presented.scheme) }
        return try await verify(presented.token)
    }
}

/// The token endpoint (RFC 6749 §3.2), called in process or over HTTP.
package protocol TokenGrants: Sendable {
    /// - Parameter form: what would be posted, `grant_type` and client authentication included.
    /// - Throws: `TokenRefusal` for the endpoint's own error answers.
    func exchange(_ form: ParameterList) async throws -> TokenAnswer
}

/// A successful answer of the token endpoint (RFC 6749 §5.1).
package struct TokenAnswer: Sendable {
    package let accessToken: Secret<String>
    /// Seconds until the access token expires.
    package let expiresIn: Int
    package let refreshToken: Secret<String>?
    package let idToken: Secret<String>?
    package let scope: String?
    /// `Bearer`, or `DPoP` for a token bound to a key (RFC 9449 §5).
    package let type: String
    /// What an exchange gave (RFC 8693 §2.2.1); `nil` for every other grant.
    package let issuedType: String?

    package init(
        accessToken: Secret<String>, expiresIn: Int, refreshToken: Secret<String>? = nil,
        idToken: Secret<String>? = nil, scope: String? = nil, type: String = "Bearer", issuedType: String? = nil
    ) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.idToken = idToken
        self.scope = scope
        self.type = type
        self.issuedType = issuedType
    }
}

/// An error answer of the token endpoint (RFC 6749 §5.2).
package struct TokenRefusal: Error, Sendable {
    package let error: String
    package let description: String?

    package init(_ error: String, _ description: String? = nil) {
        self.error = error
        self.description = description
    }
}

/// Checks the signature of an ID token against the issuer's keys; the claims are judged by the
/// relying party (OpenID Connect Core §3.1.3.7).
package protocol IDTokenVerifier: Sendable {
    /// - Returns: the claims.
    /// - Throws: for a bad signature, an unknown key, or a token of another type.
    func claims(of token: String) async throws -> JSONValue
}
