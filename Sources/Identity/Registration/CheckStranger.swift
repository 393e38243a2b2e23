import Core

/// What a system that registers itself must keep to beyond what operators may allow (identity rule 33, OpenID Connect
/// Registration §2).
///
/// 1. a web application is reached over https alone; a native one by loopback address or private scheme;
/// 2. all other addresses are https;
/// 3. it acts for people who come to it: no grant for itself, none that sends people messages;
/// 4. it has pairwise subjects only where all answers go to its redirect URIs: a device could name another system's
///    addresses, get its answers without them, and so learn the subjects of that system's sector.
struct CheckStranger: RegistrationCheck {
    /// What strangers do not give themselves.
    static let closedGrants: Set<Client.GrantType> = [.clientCredentials, .tokenExchange, .ciba]

    /// Grants that an administrator gave the client.
    var granted: Set<Client.GrantType> = []

    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let isNative = input.profile.applicationType == "native"
        for (member, uris) in [
            ("redirect_uris", input.redirectURIs), ("post_logout_redirect_uris", input.postLogoutRedirectURIs),
        ] {
            for uri in uris where uri.hasPrefix("http://") && !isNative {
                faults.append(ClientFault(member, uri, "must be https for a web application"))
            }
        }
        let others: [(String, String?)] = [
            ("client_uri", input.profile.clientURI), ("logo_uri", input.profile.logoURI),
            ("policy_uri", input.profile.policyURI), ("tos_uri", input.profile.termsURI),
            ("jwks_uri", input.keys.jwksURI), ("backchannel_logout_uri", input.backchannelLogoutURI),
            ("frontchannel_logout_uri", input.policy.frontchannelLogoutURI),
            ("backchannel_client_notification_endpoint", input.policy.cibaNotificationURI),
        ]
        for case (let member, let uri?) in others where !uri.hasPrefix("https://") {
            faults.append(ClientFault(member, uri, "must be https"))
        }
        let closed = Set(Self.closedGrants.subtracting(granted).map(\.rawValue))
        for grant in input.grants where closed.contains(grant) {
            faults.append(ClientFault("grant_types", grant, "is for systems that an administrator registers"))
        }
        if input.policy.pairwiseSubjects == true, input.grants.contains(Client.GrantType.deviceCode.rawValue) {
            faults.append(ClientFault("subject_type", "pairwise", "is not for systems with the device grant"))
        }
    }
}
