import Core
package import Cryptography

/// Turns what an operator wrote into a `Client`, or says everything that is wrong with it.
package struct ValidateRegistration: Sendable {
    static let knownScopes: Set<String> = [
        "openid", "profile", "phone", "offline_access", Scope.booking, Scope.kiosk, Scope.window, Scope.account,
    ]
    private static let minimumSecretLength = 16
    private let crypto: any CryptoProvider

    package init(crypto: any CryptoProvider) {
        self.crypto = crypto
    }

    package func callAsFunction(_ input: ClientRegistration) throws(ClientRegistrationFault) -> Client {
        var faults = [String]()
        faults += idFaults(input.id)
        let method = authMethod(input, &faults)
        let grants = grants(input, method, &faults)
        let scopes = scopes(input, &faults)
        faults += uriFaults(input, grants)
        if input.protocolName != "oidc" { faults.append("--protocol \(input.protocolName): only oidc is offered") }
        var algorithm = Client.IDTokenAlgorithm.es256
        if let named = input.idTokenAlgorithm {
            if let known = Client.IDTokenAlgorithm(rawValue: named) {
                algorithm = known
            } else {
                faults.append("id token algorithm \(named): must be ES256 or RS256")
            }
        }
        let life = input.accessTokenSeconds ?? 600
        if !(30...600).contains(life) { faults.append("access token life must be 30 to 600 seconds") }
        if scopes.contains(Scope.kiosk), input.hall == nil { faults.append("scope hall.kiosk needs a hall") }
        guard faults.isEmpty, let method else { throw ClientRegistrationFault(faults: faults) }
        let refreshLife = input.refreshLife ?? (scopes.contains("offline_access") ? .days(180) : .hours(12))
        let refreshIdle = min(
            input.refreshIdle ?? (scopes.contains("offline_access") ? .days(30) : .hours(2)), refreshLife)
        return Client(
            id: input.id, name: input.name ?? input.id, authMethod: method,
            secretHash: method == .none ? nil : input.secret.map { crypto.digest($0.reveal()) },
            redirectURIs: input.redirectURIs, postLogoutRedirectURIs: input.postLogoutRedirectURIs,
            backchannelLogoutURI: input.backchannelLogoutURI, grants: grants, scopes: scopes,
            idTokenAlgorithm: algorithm, channel: input.channel, hall: input.hall,
            accessTokenLife: .seconds(life), refreshIdle: refreshIdle, refreshLife: refreshLife)
    }

    private func idFaults(_ id: String) -> [String] {
        let fits = id.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard fits, (1...ClientRegistry.maximumIDLength).contains(id.utf8.count) else {
            return ["--id must be 1 to \(ClientRegistry.maximumIDLength) letters, digits, '-', '.' or '_'"]
        }
        return []
    }

    private func authMethod(_ input: ClientRegistration, _ faults: inout [String]) -> Client.AuthMethod? {
        let method: Client.AuthMethod
        if let named = input.authMethod {
            guard let known = Client.AuthMethod(rawValue: named) else {
                let offered = Client.AuthMethod.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append("--auth-method \(named): must be one of \(offered)")
                return nil
            }
            method = known
        } else {
            method = input.secret == nil ? .none : .basic
        }
        switch (method, input.secret?.reveal()) {
        case (let method, .some) where !method.usesSecret:
            faults.append("--auth-method \(method.rawValue) takes no --secret")
        case (.basic, nil), (.post, nil): faults.append("--auth-method \(method.rawValue) needs a --secret")
        case (_, .some(let secret)) where secret.utf8.count < Self.minimumSecretLength:
            faults.append("--secret must be at least \(Self.minimumSecretLength) characters long")
        case (_, .some(let secret))
        where secret.utf8.count > 256 || !secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }):
            faults.append("--secret must be printable ASCII without spaces, at most 256 characters")
        default: break
        }
        return method
    }

    private func grants(
        _ input: ClientRegistration, _ method: Client.AuthMethod?, _ faults: inout [String]
    ) -> Set<Client.GrantType> {
        guard !input.grants.isEmpty else { return [.authorizationCode, .refreshToken] }
        var grants = Set<Client.GrantType>()
        for name in input.grants {
            if let grant = Client.GrantType(rawValue: name) {
                grants.insert(grant)
            } else {
                let offered = Client.GrantType.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append("--grant \(name): must be one of \(offered)")
            }
        }
        if method == Client.AuthMethod.none, grants.contains(.clientCredentials) {
            faults.append("--grant client_credentials needs a confidential client (RFC 6749 §4.4)")
        }
        if grants.contains(.refreshToken), grants.isDisjoint(with: [.authorizationCode, .deviceCode, .ciba]) {
            faults.append("--grant refresh_token needs authorization_code, device_code or ciba beside it")
        }
        if method == Client.AuthMethod.none, grants.contains(.ciba) {
            faults.append("--grant ciba needs a confidential client (CIBA Core §4)")
        }
        return grants
    }

    private func scopes(_ input: ClientRegistration, _ faults: inout [String]) -> Set<String> {
        let scopes = input.scopes.flatMap { $0.split(separator: " ").map(String.init) }
        for scope in scopes where !Self.knownScopes.contains(scope) {
            faults.append("--scope \(scope): must be one of \(Self.knownScopes.sorted().joined(separator: ", "))")
        }
        return scopes.isEmpty ? ["openid", "profile"] : Set(scopes)
    }

    private func uriFaults(_ input: ClientRegistration, _ grants: Set<Client.GrantType>) -> [String] {
        var faults = [String]()
        if grants.contains(.authorizationCode), input.redirectURIs.isEmpty {
            faults.append("--redirect-uri is needed for the grant authorization_code")
        }
        for (flag, uris) in [
            ("--redirect-uri", input.redirectURIs), ("--post-logout-redirect-uri", input.postLogoutRedirectURIs),
        ] {
            for uri in uris {
                if let fault = RedirectURI.fault(registering: uri) { faults.append("\(flag) \(uri): \(fault)") }
            }
        }
        if let uri = input.backchannelLogoutURI {
            if let fault = RedirectURI.fault(registering: uri) {
                faults.append("--backchannel-logout-uri \(uri): \(fault)")
            } else if !uri.hasPrefix("http://"), !uri.hasPrefix("https://") {
                faults.append("--backchannel-logout-uri \(uri): must be http or https")
            }
        }
        return faults
    }
}
