/// The grants fit one another, the way of authentication and the scopes.
struct CheckGrants: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let grants = terms.grants
        if terms.authMethod == .none, grants.contains(.clientCredentials) {
            faults.append(
                ClientFault("grant_types", "client_credentials", "needs a confidential client (RFC 6749 §4.4)"))
        }
        if terms.authMethod == .none, grants.contains(.ciba) {
            faults.append(
                ClientFault("grant_types", Client.GrantType.ciba.rawValue, "needs a confidential client (CIBA Core §4)")
            )
        }
        // A person must be behind a refresh token.
        if grants.contains(.refreshToken), grants.isDisjoint(with: [.authorizationCode, .deviceCode, .ciba]) {
            faults.append(
                ClientFault("grant_types", "refresh_token", "needs authorization_code, device_code or ciba beside it"))
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
