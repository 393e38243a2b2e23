import Core

/// The other addresses: pages that people are sent to or shown, and endpoints that Yimen calls.
///
/// Plain http is for this machine only. `initiate_login_uri` and `sector_identifier_uri` are https without exception
/// (OpenID Connect Core §4, Registration §5).
struct CheckAddresses: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let lenient: [(String, String?)] = [
            ("client_uri", input.profile.clientURI), ("logo_uri", input.profile.logoURI),
            ("policy_uri", input.profile.policyURI), ("tos_uri", input.profile.termsURI),
            ("backchannel_logout_uri", input.backchannelLogoutURI),
            ("frontchannel_logout_uri", input.policy.frontchannelLogoutURI),
        ]
        let strict: [(String, String?)] = [
            ("initiate_login_uri", input.profile.initiateLoginURI),
            ("sector_identifier_uri", input.policy.sectorIdentifierURI),
        ]
        for (list, loopbackAllowed) in [(lenient, true), (strict, false)] {
            for case (let member, let uri?) in list {
                if let reason = PublicURI.fault(uri, loopbackAllowed: loopbackAllowed) {
                    faults.append(ClientFault(member, uri, reason))
                }
            }
        }
        if let uri = input.policy.frontchannelLogoutURI, !sharesOrigin(uri, with: input.redirectURIs) {
            faults.append(
                ClientFault(
                    "frontchannel_logout_uri", uri,
                    "must have scheme, host and port of a redirect URI (Front-Channel Logout §2)"))
        }
        for (member, flag, uri) in [
            (
                "backchannel_logout_session_required", input.policy.backchannelLogoutSessionRequired,
                input.backchannelLogoutURI
            ),
            (
                "frontchannel_logout_session_required", input.policy.frontchannelLogoutSessionRequired,
                input.policy.frontchannelLogoutURI
            ),
        ] where flag == true && uri == nil {
            faults.append(ClientFault(member, "needs the address beside it"))
        }
        checkSector(input, &faults)
    }

    /// Several hosts have no common sector by themselves (OpenID Connect Core §8.1), nor has a host with an address
    /// that names none, as those of apps do.
    private func checkSector(_ input: ClientRegistration, _ faults: inout [ClientFault]) {
        guard input.policy.pairwiseSubjects == true, input.policy.sectorIdentifierURI == nil else { return }
        guard Set(input.redirectURIs.map(Sector.host)).count > 1 else { return }
        faults.append(
            ClientFault(
                "sector_identifier_uri",
                "the redirect URIs do not lie on one host; pairwise subjects need the address of a list that names them all"
            ))
    }

    private func sharesOrigin(_ uri: String, with redirectURIs: [String]) -> Bool {
        redirectURIs.contains { PublicURI.origin($0) != nil && PublicURI.origin($0) == PublicURI.origin(uri) }
    }
}
