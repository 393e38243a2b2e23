import Core

/// Every member a client can have, in the order in which it is shown.
package enum ClientMembers {
    package static let all: [ClientMember] = described + addresses + proofs + tokens + ownTerms

    package static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    package static let camelNamed = Dictionary(uniqueKeysWithValues: all.map { ($0.camelName, $0) })

    /// What a member is called in Yimen's own files and APIs.
    static func ownName(_ name: String) -> String {
        named[name]?.camelName ?? (name == "client_id" ? "id" : name == "client_secret" ? "clientSecret" : name)
    }

    /// Who it is (RFC 7591 §2).
    private static let described: [ClientMember] = [
        .text("client_name", "--name", \.name),
        .text("client_name#en", "--name-en", \.profile.nameEnglish),
        .text("department", "--department", \.profile.department, isOpen: false),
        .list("contacts", "--contact", \.profile.contacts),
        .text("client_uri", "--client-uri", \.profile.clientURI),
        .text("logo_uri", "--logo-uri", \.profile.logoURI),
        .text("policy_uri", "--policy-uri", \.profile.policyURI),
        .text("tos_uri", "--tos-uri", \.profile.termsURI),
        .text("software_id", "--software-id", \.profile.softwareID),
        .text("software_version", "--software-version", \.profile.softwareVersion),
        .text("application_type", "--application-type", \.profile.applicationType),
    ]

    /// Where people and messages are sent.
    private static let addresses: [ClientMember] = [
        .list("redirect_uris", "--redirect-uri", \.redirectURIs),
        .list("post_logout_redirect_uris", "--post-logout-redirect-uri", \.postLogoutRedirectURIs),
        .text("backchannel_logout_uri", "--backchannel-logout-uri", \.backchannelLogoutURI),
        .flag(
            "backchannel_logout_session_required", "--backchannel-logout-session-required",
            \.policy.backchannelLogoutSessionRequired),
        .text("frontchannel_logout_uri", "--frontchannel-logout-uri", \.policy.frontchannelLogoutURI),
        .flag(
            "frontchannel_logout_session_required", "--frontchannel-logout-session-required",
            \.policy.frontchannelLogoutSessionRequired),
        .text("initiate_login_uri", "--initiate-login-uri", \.profile.initiateLoginURI),
        .text("sector_identifier_uri", "--sector-identifier-uri", \.policy.sectorIdentifierURI),
        .text("backchannel_token_delivery_mode", "--ciba-delivery", \.policy.cibaDelivery),
        .text("backchannel_client_notification_endpoint", "--ciba-notification-uri", \.policy.cibaNotificationURI),
    ]

    /// How it proves itself.
    private static let proofs: [ClientMember] = [
        .text("token_endpoint_auth_method", "--auth-method", \.authMethod),
        .text("token_endpoint_auth_signing_alg", "--assertion-algorithm", \.policy.assertionAlgorithm),
        jwks,
        .text("jwks_uri", "--jwks", \.keys.jwksURI),
        .text("tls_client_auth_subject_dn", "--certificate-subject-dn", \.policy.certificateSubjectDN),
        .text("tls_client_auth_san_dns", "--certificate-san-dns", \.policy.certificateSANDNS),
        .text("tls_client_auth_san_uri", "--certificate-san-uri", \.policy.certificateSANURI),
        .text("tls_client_auth_san_ip", "--certificate-san-ip", \.policy.certificateSANIP),
        .text("tls_client_auth_san_email", "--certificate-san-email", \.policy.certificateSANEmail),
        .flag("require_pkce", "--require-pkce", \.requirePKCE, isOpen: false),
        .flag("require_pushed_authorization_requests", "--require-par", \.policy.requirePushedRequests),
        .flag("require_signed_request_object", "--require-signed-requests", \.policy.requireSignedRequests),
        .text("request_object_signing_alg", "--request-object-algorithm", \.policy.requestObjectAlgorithm),
        .text(
            "backchannel_authentication_request_signing_alg", "--ciba-request-algorithm",
            \.policy.backchannelRequestAlgorithm),
        .flag("dpop_bound_access_tokens", "--require-dpop", \.policy.requireDPoP),
        .flag("tls_client_certificate_bound_access_tokens", "--bind-to-certificate", \.policy.bindToCertificate),
    ]

    /// What it may ask for and what it gets.
    private static let tokens: [ClientMember] = [
        .list("grant_types", "--grant", \.grants),
        responseTypes,
        .list("scopes", "--scope", \.scopes),
        .text("id_token_signed_response_alg", "--id-token-algorithm", \.idTokenAlgorithm),
        .text("userinfo_signed_response_alg", "--userinfo-algorithm", \.policy.userInfoAlgorithm),
        .text(
            "authorization_signed_response_alg", "--authorization-response-algorithm",
            \.policy.authorizationResponseAlgorithm),
        subjectType,
        .integer("default_max_age", "--default-max-age", \.policy.defaultMaxAge),
        .flag("require_auth_time", "--require-auth-time", \.policy.requireAuthTime),
        .list("default_acr_values", "--default-acr", \.policy.defaultACRValues),
    ]

    /// Yimen's own terms, which only operators and administrators set.
    private static let ownTerms: [ClientMember] = [
        .flag("fapi2", "--fapi2", \.policy.fapi2, isOpen: false),
        minimumAssurance,
        .flag("require_consent", "--consent", \.policy.requireConsent, isOpen: false),
        .list("audiences", "--audience", \.policy.audiences, isOpen: false),
        .flag("opaque_access_tokens", "--opaque", \.policy.opaqueAccessTokens, isOpen: false),
        .list("exchange_from", "--exchange-from", \.policy.exchangeFrom, isOpen: false),
        .flag("may_impersonate", "--may-impersonate", \.policy.mayImpersonate, isOpen: false),
        .list("introspects_audiences", "--introspect-audience", \.policy.introspectsAudiences, isOpen: false),
        .flag("require_dpop_nonce", "--require-dpop-nonce", \.policy.requireDPoPNonce, isOpen: false),
        .integer("access_token_seconds", "--access-token-seconds", \.accessTokenSeconds, isOpen: false),
        .seconds("refresh_idle_seconds", "--refresh-idle-seconds", \.refreshIdle),
        .seconds("refresh_life_seconds", "--refresh-life-seconds", \.refreshLife),
        channel,
        .text("hall", "--hall", \.hall, isOpen: false),
        protocolName,
    ]

    private static let jwks = ClientMember(name: "jwks", flag: "--jwks", isOpen: true) { registration in
        registration.keys.jwks.flatMap { try? JSONParser.parse(Array($0.utf8)) }
    } write: { registration, value in
        switch value {
        case .null: registration.keys.jwks = nil
        case .object: registration.keys.jwks = String(decoding: value.encoded(), as: UTF8.self)
        default: return "must be a JWK set, an object with the member keys (RFC 7517 §5)"
        }
        return nil
    }

    /// Codes are the only answer there is (identity rule 4), so there is nothing to keep.
    private static let responseTypes = ClientMember(name: "response_types", flag: "--grant", isOpen: true) {
        registration in
        let hasCodes = registration.grants.isEmpty || registration.grants.contains("authorization_code")
        return .strings(hasCodes ? ["code"] : [])
    } write: { _, value in
        if value == .null { return nil }
        guard let types = value.arrayValue, types.allSatisfy({ $0 == "code" }) else {
            return "only code is offered; tokens are never sent through the browser"
        }
        return nil
    }

    private static let subjectType = ClientMember(name: "subject_type", flag: "--pairwise", isOpen: true) {
        registration in
        registration.policy.pairwiseSubjects.map { $0 ? "pairwise" : "public" }
    } write: { registration, value in
        switch value {
        case .null: registration.policy.pairwiseSubjects = nil
        case "pairwise": registration.policy.pairwiseSubjects = true
        case "public": registration.policy.pairwiseSubjects = false
        default: return "must be public or pairwise"
        }
        return nil
    }

    private static let minimumAssurance = ClientMember(
        name: "minimum_assurance", flag: "--min-assurance", isOpen: false
    ) { registration in
        registration.policy.minimumAssurance.map { .string($0.rawValue) }
    } write: { registration, value in
        if value == .null {
            registration.policy.minimumAssurance = nil
            return nil
        }
        guard let level = value.stringValue.flatMap(AssuranceLevel.init(rawValue:)) else {
            return "must be one of L0, L1, L2, L3, L4"
        }
        registration.policy.minimumAssurance = level
        return nil
    }

    private static let channel = ClientMember(name: "channel", flag: "--channel", isOpen: false) { registration in
        .string(registration.channel.rawValue)
    } write: { registration, value in
        let named = value == .null ? Channel.web : value.stringValue.flatMap(Channel.init(rawValue:))
        guard let named else { return "must be web, mobile or hall" }
        registration.channel = named
        return nil
    }

    private static let protocolName = ClientMember(name: "protocol", flag: "--protocol", isOpen: false) { _ in
        nil
    } write: { registration, value in
        guard let name = value == .null ? "oidc" : value.stringValue else { return "must be a text" }
        registration.protocolName = name
        return nil
    }
}
