import Web

/// Everything by which a person decides on one device what another gets.
struct ApprovalEndpoints {
    let device: DeviceEndpoint
    let list: ApprovalsEndpoint
    let deviceAuthorization: DeviceAuthorizationEndpoint
    let backchannelAuthentication: BackchannelAuthenticationEndpoint
}

extension IdentityProvider {
    func approvals(_ browsers: BrowserSessions, _ pages: ApprovalPages, _ hints: any IDTokenHintReader)
        -> ApprovalEndpoints
    {
        let decide = DecideApproval(
            clients: clients, database: database, settings: settings, surroundings: surroundings)
        return ApprovalEndpoints(
            device: DeviceEndpoint(
                database: database, throttle: UserCodeThrottle(crypto: crypto), index: ApprovalIndex(crypto: crypto),
                decide: decide, browsers: browsers, pages: pages, issuer: settings.issuer,
                surroundings: surroundings),
            list: ApprovalsEndpoint(
                database: database, decide: decide, browsers: browsers, pages: pages, surroundings: surroundings),
            deviceAuthorization: DeviceAuthorizationEndpoint(
                database: database, authenticate: authenticate, holders: establishHolder, crypto: crypto,
                settings: settings, surroundings: surroundings),
            backchannelAuthentication: BackchannelAuthenticationEndpoint(
                database: database, authenticate: authenticate, holders: establishHolder,
                unwrap: UnwrapBackchannelRequest(
                    tokens: clientTokens, singleUse: singleUse, issuer: settings.issuer, surroundings: surroundings),
                crypto: crypto, vault: PersonVault(crypto: crypto), hints: hints, settings: settings,
                surroundings: surroundings))
    }
}
