package import Core

/// A client as somebody describes it: an operator's flags, a file, the administration or the system itself. Every way
/// in fills one of these, and `ValidateRegistration` judges them all alike.
package struct ClientRegistration: Sendable {
    package var id: String
    package var name: String?
    /// At least 16 characters. `nil` for a public client, and for one that keeps the secret it has.
    package var secret: Secret<String>?
    /// Digest of the secret that the client has already.
    package var secretHash: String?
    package var redirectURIs: [String] = []
    package var postLogoutRedirectURIs: [String] = []
    package var backchannelLogoutURI: String?
    /// `grant_type` names; without any, `authorization_code` and `refresh_token`.
    package var grants: [String] = []
    /// Without any, `openid profile`.
    package var scopes: [String] = []
    /// `token_endpoint_auth_method`; by default `client_secret_basic` with a secret and `none` without.
    package var authMethod: String?
    /// Only `oidc` in this release.
    package var protocolName: String = "oidc"
    package var idTokenAlgorithm: String?
    /// Codes only with a proof key (RFC 7636); true unless an operator says otherwise.
    package var requirePKCE: Bool?
    package var channel: Channel = .web
    package var hall: String?
    package var accessTokenSeconds: Int?
    package var refreshIdle: Duration?
    package var refreshLife: Duration?
    package var profile = ClientProfile()
    package var keys = ClientKeys()
    package var policy = ClientPolicy()

    package init(id: String) {
        self.id = id
    }

    /// The description of a registered client, to be changed in some members and judged again.
    package init(_ client: Client) {
        id = client.id
        name = client.name
        secretHash = client.secretHash
        redirectURIs = client.redirectURIs
        postLogoutRedirectURIs = client.postLogoutRedirectURIs
        backchannelLogoutURI = client.backchannelLogoutURI
        grants = client.grants.map(\.rawValue).sorted()
        scopes = client.scopes.sorted()
        authMethod = client.authMethod.rawValue
        idTokenAlgorithm = client.idTokenAlgorithm.rawValue
        requirePKCE = client.insistsOnPKCE
        channel = client.channel
        hall = client.hall
        accessTokenSeconds = Int(client.accessTokenLife.milliseconds / 1000)
        refreshIdle = client.refreshIdle
        refreshLife = client.refreshLife
        profile = client.profile
        keys = client.keys
        policy = client.policy
    }
}
