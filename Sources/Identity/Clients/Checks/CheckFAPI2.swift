import Cryptography

/// A client under the FAPI 2.0 Security Profile §5.3: proves itself by key or certificate, binds its tokens, signs
/// with ES256, and has its people come back over https.
struct CheckFAPI2: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        guard input.policy.isFAPI2 else { return }
        func fault(_ member: String, _ value: String?, _ reason: String) {
            faults.append(ClientFault(member, value, "--fapi2 " + reason))
        }
        if !terms.authMethod.usesKeys, !terms.authMethod.usesCertificateSubject {
            fault(
                "token_endpoint_auth_method", terms.authMethod.rawValue,
                "asks for a method without a shared secret: private_key_jwt or mutual TLS")
        }
        if input.policy.requireDPoP == false, !input.policy.bindsToCertificate {
            fault("dpop_bound_access_tokens", nil, "asks for bound tokens: leave it out, or --bind-to-certificate")
        }
        if input.requirePKCE == false { fault("require_pkce", nil, "asks for proof keys") }
        if terms.idTokenAlgorithm != .es256 { fault("id_token_signed_response_alg", nil, "asks for ES256") }
        for (member, algorithm) in [
            ("token_endpoint_auth_signing_alg", input.policy.assertionAlgorithm),
            ("backchannel_authentication_request_signing_alg", input.policy.backchannelRequestAlgorithm),
            ("request_object_signing_alg", input.policy.requestObjectAlgorithm),
            ("authorization_signed_response_alg", input.policy.authorizationResponseAlgorithm),
            ("userinfo_signed_response_alg", input.policy.userInfoAlgorithm),
        ] where algorithm == SignatureAlgorithm.rs256.rawValue {
            fault(member, algorithm, "asks for ES256, PS256 or EdDSA (Security Profile §5.4.1)")
        }
        for uri in input.redirectURIs where !uri.hasPrefix("https://") {
            fault("redirect_uris", uri, "asks for https")
        }
    }
}
