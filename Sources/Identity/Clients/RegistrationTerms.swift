import Core

/// The part of a registration that names things of a fixed set, read once; what could not be read is a fault already
/// and stands at its default here, so that the checks after it can go on.
struct RegistrationTerms: Sendable {
    private(set) var authMethod: Client.AuthMethod
    private(set) var grants: Set<Client.GrantType> = [.authorizationCode, .refreshToken]
    private(set) var scopes: Set<String> = ["openid", "profile"]
    private(set) var idTokenAlgorithm = Client.IDTokenAlgorithm.es256

    init(_ input: ClientRegistration, _ faults: inout [ClientFault]) {
        authMethod = input.secret == nil && input.secretHash == nil ? .none : .basic
        if let named = input.authMethod {
            if let known = Client.AuthMethod(rawValue: named) {
                authMethod = known
            } else {
                faults.append(Self.unknown("token_endpoint_auth_method", named, Client.AuthMethod.allCases))
            }
        }
        if !input.grants.isEmpty { grants = [] }
        for name in input.grants {
            if let grant = Client.GrantType(rawValue: name) {
                grants.insert(grant)
            } else {
                faults.append(Self.unknown("grant_types", name, Client.GrantType.allCases))
            }
        }
        let named = input.scopes.flatMap { $0.split(separator: " ").map(String.init) }
        let known = ValidateRegistration.knownScopes
        for scope in named where !known.contains(scope) {
            faults.append(
                ClientFault("scopes", scope, "must be one of \(known.sorted().joined(separator: ", "))"))
        }
        if !named.isEmpty { scopes = Set(named) }
        if let name = input.idTokenAlgorithm {
            if let known = Client.IDTokenAlgorithm(rawValue: name) {
                idTokenAlgorithm = known
            } else {
                faults.append(Self.unknown("id_token_signed_response_alg", name, Client.IDTokenAlgorithm.allCases))
            }
        }
    }

    private static func unknown<Choice: RawRepresentable<String>>(
        _ member: String, _ value: String, _ offered: [Choice]
    )
        -> ClientFault
    {
        ClientFault(member, value, "must be one of \(offered.map(\.rawValue).joined(separator: ", "))")
    }
}

extension Client.AuthMethod {
    /// Proves itself by a key that it registers: a signed assertion (RFC 7523 §2.2) or a self-signed certificate
    /// (RFC 8705 §2.2).
    var usesKeys: Bool { ["private_key_jwt", "self_signed_tls_client_auth"].contains(rawValue) }
    /// Proves itself by a certificate of an authority (RFC 8705 §2.1).
    var usesCertificateSubject: Bool { rawValue == "tls_client_auth" }
}
