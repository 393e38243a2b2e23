import Core
package import Web

/// The token endpoint without HTTP: duplicates, client authentication, proof of possession, then the grant. A grant
/// cannot forget a shared step because it never runs one.
package struct TokenService: TokenGrants, Sendable {
    private let authenticate: AuthenticateClient
    private let establishHolder: EstablishHolder
    private let grants: [Client.GrantType: any TokenGrant]

    init(authenticate: AuthenticateClient, establishHolder: EstablishHolder, grants: [any TokenGrant]) {
        self.authenticate = authenticate
        self.establishHolder = establishHolder
        self.grants = Dictionary(uniqueKeysWithValues: grants.map { ($0.type, $0) })
    }

    var grantTypes: [String] { grants.keys.map(\.rawValue).sorted() }

    /// In process, for Yimen's own pages.
    package func exchange(_ form: ParameterList) async throws -> TokenAnswer {
        do {
            return try await answer(ClientRequest(form: form, authorization: nil))
        } catch let error as OAuthError {
            throw TokenRefusal(error.code.rawValue, error.description)
        }
    }

    /// - Throws: `OAuthError`; `Problem.busy`; `StorageError`.
    func answer(_ request: ClientRequest) async throws -> TokenAnswer {
        // RFC 6749 §3.2: no parameter more than once, save those of RFC 8707 §2 and RFC 8693 §2.1.
        if let name = request.form.firstDuplicate(except: [ResourceIndicators.parameter, "audience"]) {
            throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
        }
        let client = try await authenticate(request)
        let name = try request.required("grant_type")
        guard let type = Client.GrantType(rawValue: name), let grant = grants[type] else {
            throw OAuthError(.unsupportedGrantType, "grant_type is not offered")
        }
        guard client.grants.contains(type) else {
            throw OAuthError(.unauthorizedClient, "the client is not registered for this grant_type")
        }
        var request = request
        request.holder = try await establishHolder.forTokens(request, client)
        return try await grant.answer(request, from: client)
    }
}

/// One way to tokens (RFC 6749 §1.3).
protocol TokenGrant: Sendable {
    var type: Client.GrantType { get }

    /// - Parameters:
    ///   - request: with the keys that its sender holds.
    ///   - client: authenticated, and registered for this grant.
    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer
}
