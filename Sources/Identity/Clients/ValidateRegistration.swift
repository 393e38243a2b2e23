import Core
package import Cryptography

/// One rule of a registration; adds what is wrong, in words its reader can act on.
protocol RegistrationCheck: Sendable {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault])
}

/// Turns a description into a `Client`, or says everything that is wrong with it at once.
package struct ValidateRegistration: Sendable {
    static let knownScopes: Set<String> = [
        "openid", "profile", "phone", "offline_access", Scope.booking, Scope.kiosk, Scope.window, Scope.account,
        Scope.clients, Scope.sessions,
    ]

    private let crypto: any CryptoProvider
    private let demo: Bool
    private static let inOrder: [any RegistrationCheck] = [
        CheckClientID(), CheckDescription(), CheckAuthentication(), CheckClientKeys(), CheckGrants(),
        CheckRedirectURIs(), CheckAddresses(), CheckAlgorithms(), CheckCIBA(), CheckTerms(), CheckFAPI2(),
    ]

    /// - Parameter demo: allows the secrets that the demo publishes.
    package init(crypto: any CryptoProvider, demo: Bool = false) {
        self.crypto = crypto
        self.demo = demo
    }

    /// - Throws: every fault; a value that could not be read is named once and judged no further.
    package func callAsFunction(_ input: ClientRegistration) throws(ClientRegistrationFault) -> Client {
        var faults = [ClientFault]()
        let terms = RegistrationTerms(input, &faults)
        for check in Self.inOrder { check.check(input, terms, &faults) }
        if !demo, let secret = input.secret, PublishedSecrets.contain(secret) {
            faults.append(ClientFault("client_secret", "is published with the demo; take one that nobody else knows"))
        }
        guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
        let outlives = terms.scopes.contains("offline_access")
        let refreshLife = input.refreshLife ?? (outlives ? .days(180) : .hours(12))
        let refreshIdle = min(input.refreshIdle ?? (outlives ? .days(30) : .hours(2)), refreshLife)
        var client = Client(
            id: input.id, name: input.name ?? input.id, authMethod: terms.authMethod,
            secretHash: terms.authMethod.usesSecret
                ? input.secret.map { crypto.digest($0.reveal()) } ?? input.secretHash : nil,
            redirectURIs: input.redirectURIs, postLogoutRedirectURIs: input.postLogoutRedirectURIs,
            backchannelLogoutURI: input.backchannelLogoutURI, grants: terms.grants, scopes: terms.scopes,
            idTokenAlgorithm: terms.idTokenAlgorithm, insistsOnPKCE: input.requirePKCE ?? true,
            channel: input.channel, hall: input.hall, accessTokenLife: .seconds(input.accessTokenSeconds ?? 600),
            refreshIdle: refreshIdle, refreshLife: refreshLife)
        client.profile = input.profile
        client.keys = input.keys
        client.policy = input.policy
        return client
    }
}
