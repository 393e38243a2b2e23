import Core
import Cryptography
import Web

/// What the server says about itself (OpenID Connect Discovery §3, RFC 8414 §2). Every member is true of
/// the code in this release; a test asks for each of them.
struct Discovery: Sendable {
    let issuer: String
    let grantTypes: [String]
    /// Whether a certificate of the client can reach the server at all (RFC 8705): where connections are asked for one,
    /// or behind a proxy that is believed.
    var offersCertificates = true

    private var authMethods: [Client.AuthMethod] {
        Client.AuthMethod.allCases.filter { offersCertificates || !$0.usesCertificate }
    }

    var document: JSONValue {
        .object(endpoints + choices + switches)
    }

    private var endpoints: [JSONValue.Member] {
        var members = [JSONValue.Member("issuer", .string(issuer))]
        for (name, path) in [
            ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("userinfo_endpoint", "userinfo"),
            ("jwks_uri", "jwks"), ("check_session_iframe", "session"), ("pushed_authorization_request_endpoint", "par"),
            ("registration_endpoint", "register"),
            ("introspection_endpoint", "introspect"), ("revocation_endpoint", "revoke"),
            ("device_authorization_endpoint", "device_authorization"),
            ("backchannel_authentication_endpoint", "bc-authorize"), ("end_session_endpoint", "logout"),
        ] {
            members.append(.init(name, .string(issuer + "/oauth2/" + path)))
        }
        return members
    }

    private var choices: [JSONValue.Member] {
        let lists: [(String, [String])] = [
            ("response_types_supported", ["code"]),
            ("response_modes_supported", ResponseMode.offered),
            ("grant_types_supported", grantTypes),
            ("subject_types_supported", ["public", "pairwise"]),
            ("id_token_signing_alg_values_supported", Client.IDTokenAlgorithm.allCases.map(\.rawValue)),
            ("token_endpoint_auth_methods_supported", authMethods.map(\.rawValue)),
            (
                "token_endpoint_auth_signing_alg_values_supported",
                ClientSignedTokens.offered.map(\.rawValue).sorted()
            ),
            (
                "introspection_endpoint_auth_methods_supported",
                authMethods.filter { $0 != .none }.map(\.rawValue)
            ),
            (
                "introspection_endpoint_auth_signing_alg_values_supported",
                ClientSignedTokens.offered.map(\.rawValue).sorted()
            ),
            ("revocation_endpoint_auth_methods_supported", authMethods.map(\.rawValue)),
            (
                "revocation_endpoint_auth_signing_alg_values_supported",
                ClientSignedTokens.offered.map(\.rawValue).sorted()
            ),
            ("dpop_signing_alg_values_supported", Problem.proofAlgorithms),
            ("userinfo_signing_alg_values_supported", Client.IDTokenAlgorithm.allCases.map(\.rawValue)),
            ("request_object_signing_alg_values_supported", ClientSignedTokens.offered.map(\.rawValue).sorted()),
            (
                "backchannel_authentication_request_signing_alg_values_supported",
                ClientSignedTokens.offered.map(\.rawValue).sorted()
            ),
            ("code_challenge_methods_supported", ["S256"]),
            (
                "scopes_supported",
                ["openid", "profile", "phone", "offline_access"] + Scope.ofAPI.sorted()
            ),
            (
                "claims_supported",
                [
                    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash",
                    "name", "preferred_username", "locale", "zoneinfo", "updated_at", "phone_number",
                    "phone_number_verified",
                ]
            ),
            ("backchannel_token_delivery_modes_supported", ["poll", "ping"]),
            ("acr_values_supported", AssuranceLevel.allCases.map(\.rawValue)),
            ("prompt_values_supported", AuthorizationRequest.Prompt.allCases.map(\.rawValue)),
            ("ui_locales_supported", ["zh-Hans", "en"]), ("claims_locales_supported", ["zh-Hans"]),
            ("claim_types_supported", ["normal"]), ("display_values_supported", ["page", "popup", "touch"]),
            ("authorization_signing_alg_values_supported", Client.IDTokenAlgorithm.allCases.map(\.rawValue)),
        ]
        return lists.map { JSONValue.Member($0.0, .strings($0.1)) }
    }

    private var switches: [JSONValue.Member] {
        let flags: [(String, Bool)] = [
            ("claims_parameter_supported", true), ("request_parameter_supported", true),
            ("request_uri_parameter_supported", false), ("require_pushed_authorization_requests", false),
            ("require_signed_request_object", false),
            ("authorization_response_iss_parameter_supported", true),
            ("tls_client_certificate_bound_access_tokens", offersCertificates),
            ("backchannel_user_code_parameter_supported", false),
            ("backchannel_logout_supported", true), ("backchannel_logout_session_supported", true),
            ("frontchannel_logout_supported", true), ("frontchannel_logout_session_supported", true),
        ]
        return flags.map { JSONValue.Member($0.0, .bool($0.1)) }
    }
}
