/// The grants fit one another, the way of authentication and the scopes.
struct CheckGrants: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let grants = terms.grants
        if terms.authMethod == .none, grants.contains(.clientCredentials) {
            faults.append(
                ClientFault("grant_types", "client_credentials", "needs a confidential client (RFC 6749 §4.4)"))
        }
        let bringsRefresh = grants.contains {
            $0 == .authorizationCode || $0.rawValue.hasPrefix("urn:")  // device, CIBA: a person is behind them
        }
        if grants.contains(.refreshToken), !bringsRefresh {
            faults.append(ClientFault("grant_types", "refresh_token", "needs authorization_code beside it"))
        }
        if grants.isEmpty, input.grants.isEmpty { faults.append(ClientFault("grant_types", "at least one is needed")) }
        if terms.scopes.contains("hall.kiosk"), input.hall == nil {
            faults.append(ClientFault("hall", "the scope hall.kiosk is good for one hall; name it"))
        }
        if terms.scopes.contains("offline_access"), !grants.contains(.refreshToken) {
            faults.append(
                ClientFault("scopes", "offline_access", "needs the grant refresh_token (OpenID Connect Core §11)"))
        }
    }
}
