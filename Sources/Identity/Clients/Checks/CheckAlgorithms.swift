import Cryptography

/// Signature algorithms are ones that this server makes or verifies; `none` never is, and nothing is encrypted.
struct CheckAlgorithms: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let made = Client.IDTokenAlgorithm.allCases.map(\.rawValue)
        let verified = SignatureAlgorithm.allCases.map(\.rawValue)
        for (member, value, offered) in [
            ("userinfo_signed_response_alg", input.policy.userInfoAlgorithm, made),
            ("authorization_signed_response_alg", input.policy.authorizationResponseAlgorithm, made),
            ("request_object_signing_alg", input.policy.requestObjectAlgorithm, verified),
            (
                "backchannel_authentication_request_signing_alg", input.policy.backchannelRequestAlgorithm, verified
            ),
            ("token_endpoint_auth_signing_alg", input.policy.assertionAlgorithm, verified),
        ] {
            if let value, !offered.contains(value) {
                faults.append(ClientFault(member, value, "must be one of \(offered.joined(separator: ", "))"))
            }
        }
        if input.policy.assertionAlgorithm != nil, terms.authMethod.rawValue != "private_key_jwt" {
            faults.append(
                ClientFault("token_endpoint_auth_signing_alg", "is for the method private_key_jwt; leave it out"))
        }
    }
}
