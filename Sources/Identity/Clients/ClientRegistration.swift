package import Core

/// A client as an operator describes it; the flags of `yimen client add`.
package struct ClientRegistration: Sendable {
    package var id: String
    package var name: String?
    /// At least 16 characters. `nil` for a public client.
    package var secret: Secret<String>?
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
    package var channel: Channel = .web
    package var hall: String?
    package var accessTokenSeconds: Int?
    package var refreshIdle: Duration?
    package var refreshLife: Duration?

    package init(id: String) {
        self.id = id
    }
}

/// Every fault of a registration at once, in words an operator can act on.
package struct ClientRegistrationFault: Error, Sendable, CustomStringConvertible {
    package let faults: [String]
    package var description: String { faults.joined(separator: "\n") }
}
