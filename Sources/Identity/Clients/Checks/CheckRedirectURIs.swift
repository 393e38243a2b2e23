import Core

/// Where people may be sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1).
///
/// 1. the code grant has at least one address, and no list has more than 20;
/// 2. each is one that may be registered, see `RedirectURI.fault`;
/// 3. private schemes are for native public clients alone.
struct CheckRedirectURIs: RegistrationCheck {
    private static let limit = 20

    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        if terms.grants.contains(.authorizationCode), input.redirectURIs.isEmpty {
            faults.append(
                ClientFault("redirect_uris", "at least one is needed for the grant authorization_code"))
        }
        let isNative = terms.authMethod == .none && input.profile.applicationType != "web"
        for (member, uris) in [
            ("redirect_uris", input.redirectURIs), ("post_logout_redirect_uris", input.postLogoutRedirectURIs),
        ] {
            if uris.count > Self.limit { faults.append(ClientFault(member, "may be \(Self.limit) at most")) }
            for uri in uris {
                if let reason = RedirectURI.fault(registering: uri, isNative: isNative) {
                    faults.append(ClientFault(member, uri, reason))
                }
            }
            if Set(uris).count != uris.count { faults.append(ClientFault(member, "holds the same address twice")) }
        }
    }
}
