package import Core

/// What a client must do and may have beyond the defaults. Absent means the default named at the
/// member, so that a row written before a member existed still reads; use the computed members.
package struct ClientPolicy: Sendable, Hashable, Codable {
    /// A switch that turns on everything the FAPI 2.0 Security Profile asks for; see `isFAPI2`.
    package var fapi2: Bool?
    /// Only pushed requests are accepted (RFC 9126 §6, `require_pushed_authorization_requests`).
    package var requirePushedRequests: Bool?
    /// Only signed request objects are accepted (RFC 9101 §10.5, `require_signed_request_object`).
    package var requireSignedRequests: Bool?
    /// Access tokens must be bound to a DPoP key (RFC 9449 §5.2, `dpop_bound_access_tokens`).
    package var requireDPoP: Bool?
    /// DPoP proofs must carry a nonce of ours (RFC 9449 §8).
    package var requireDPoPNonce: Bool?
    /// Audiences this client is the resource server of: it may introspect tokens for them (RFC 7662 §4).
    package var introspectsAudiences: [String]?
    /// Access tokens are bound to the client's certificate (RFC 8705 §3.4,
    /// `tls_client_certificate_bound_access_tokens`).
    package var bindToCertificate: Bool?
    /// Expected subject of the certificate for `tls_client_auth` (RFC 8705 §2.1.2): exactly one.
    package var certificateSubjectDN: String?
    package var certificateSANDNS: String?
    package var certificateSANURI: String?
    package var certificateSANIP: String?
    package var certificateSANEmail: String?
    /// The least assurance a person needs for this system; below it stands a step-up.
    package var minimumAssurance: AssuranceLevel?
    /// People are asked before the system gets anything; false for the province's own systems.
    package var requireConsent: Bool?
    /// Resource servers this client may ask tokens for (RFC 8707); Yimen's own API always.
    package var audiences: [String]?
    /// Access tokens are opaque handles, to be introspected, instead of JWTs.
    package var opaqueAccessTokens: Bool?
    /// Subjects differ per sector (OpenID Connect Core §8.1).
    package var pairwiseSubjects: Bool?
    /// The sector's URI (OpenID Connect Registration §5); else the host of the redirect URIs.
    package var sectorIdentifierURI: String?
    /// Signed userinfo answers with this algorithm (`userinfo_signed_response_alg`).
    package var userInfoAlgorithm: String?
    /// Algorithm of authorization responses in JWT form (JARM, `authorization_signed_response_alg`).
    package var authorizationResponseAlgorithm: String?
    /// The only algorithm accepted for request objects (`request_object_signing_alg`).
    package var requestObjectAlgorithm: String?
    /// The only algorithm accepted for client assertions (`token_endpoint_auth_signing_alg`).
    package var assertionAlgorithm: String?
    package var frontchannelLogoutURI: String?
    package var frontchannelLogoutSessionRequired: Bool?
    package var backchannelLogoutSessionRequired: Bool?
    /// CIBA delivery: `poll` or `ping` (`backchannel_token_delivery_mode`).
    package var cibaDelivery: String?
    package var cibaNotificationURI: String?
    /// With which algorithm the client signs its backchannel requests, all of them
    /// (`backchannel_authentication_request_signing_alg`, CIBA Core §4).
    package var backchannelRequestAlgorithm: String?
    /// Clients whose tokens this one may exchange (RFC 8693), each with what it may get for them; see `ExchangePair`.
    package var exchangeFrom: [String]?
    /// An exchange may leave out that this client acts (RFC 8693 §1.1 impersonation), where the pair says nothing else.
    package var mayImpersonate: Bool?
    /// `default_max_age` (OpenID Connect Registration §2), seconds.
    package var defaultMaxAge: Int?
    /// `require_auth_time` (OpenID Connect Registration §2); every ID token carries the claim anyway.
    package var requireAuthTime: Bool?
    /// `default_acr_values`.
    package var defaultACRValues: [String]?

    package init() {}

    package var isFAPI2: Bool { fapi2 ?? false }
    package var mustPush: Bool { isFAPI2 || (requirePushedRequests ?? false) }
    package var bindsToCertificate: Bool { bindToCertificate ?? false }
    /// FAPI 2.0 Security Profile §5.3.2.1: tokens are sender-constrained, one way or the other.
    package var needsDPoP: Bool { (requireDPoP ?? false) || (isFAPI2 && !bindsToCertificate) }
    package var mustSignBackchannelRequests: Bool { isFAPI2 || backchannelRequestAlgorithm != nil }
    package var mustSignRequests: Bool { requireSignedRequests ?? false }
    package var asksConsent: Bool { requireConsent ?? false }
}
