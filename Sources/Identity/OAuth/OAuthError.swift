import Core

/// An error of OAuth 2.0 or OpenID Connect, thrown by a check or a grant and rendered in one place
/// per endpoint.
package struct OAuthError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        // RFC 6749 §4.1.2.1, §5.2
        case invalidRequest = "invalid_request"
        case unauthorizedClient = "unauthorized_client"
        case accessDenied = "access_denied"
        case unsupportedResponseType = "unsupported_response_type"
        case invalidScope = "invalid_scope"
        case serverError = "server_error"
        case temporarilyUnavailable = "temporarily_unavailable"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unsupportedGrantType = "unsupported_grant_type"
        // RFC 8628 §3.5
        case authorizationPending = "authorization_pending"
        case slowDown = "slow_down"
        case expiredToken = "expired_token"
        // CIBA Core §13
        case unknownUserID = "unknown_user_id"
        case invalidBindingMessage = "invalid_binding_message"
        // OpenID Connect Core §3.1.2.6
        case interactionRequired = "interaction_required"
        case loginRequired = "login_required"
        case accountSelectionRequired = "account_selection_required"
        case consentRequired = "consent_required"
        case invalidRequestURI = "invalid_request_uri"
        case invalidRequestObject = "invalid_request_object"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case registrationNotSupported = "registration_not_supported"
        // RFC 8707 §2, RFC 8693 §2.2.2
        case invalidTarget = "invalid_target"
        // RFC 9449 §5, §8
        case invalidDPoPProof = "invalid_dpop_proof"
        case useDPoPNonce = "use_dpop_nonce"
        // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
        case unmetAuthenticationRequirements = "unmet_authentication_requirements"
    }

    package let code: Code
    /// Shown to the client's developer; only characters of RFC 6749 Appendix A.8, never input.
    package let description: String
    /// For the log only.
    package let detail: String?
    /// False where the client or its redirect URI is not established (RFC 6749 §4.1.2.1).
    package let mayRedirect: Bool
    /// `DPoP-Nonce` of the answer, with `use_dpop_nonce`.
    package var nonce: String?

    package init(_ code: Code, _ description: String, detail: String? = nil, mayRedirect: Bool = true) {
        self.code = code
        self.description = description
        self.detail = detail
        self.mayRedirect = mayRedirect
    }

    /// The same error, for a page instead of a redirect.
    func withoutRedirect() -> OAuthError {
        OAuthError(code, description, detail: detail, mayRedirect: false)
    }
}
