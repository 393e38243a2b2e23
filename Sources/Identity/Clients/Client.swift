package import Core

/// A relying system or a device, as registered.
package struct Client: Sendable, Hashable {
    package enum AuthMethod: String, Sendable, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        /// An assertion signed by a registered key (OpenID Connect Core §9).
        case privateKeyJWT = "private_key_jwt"
        /// A certificate that an authority vouches for (RFC 8705 §2.1).
        case tls = "tls_client_auth"
        /// A certificate of a registered key (RFC 8705 §2.2).
        case selfSignedTLS = "self_signed_tls_client_auth"
        /// A public client: proves itself by PKCE alone.
        case none

        package var usesSecret: Bool { self == .basic || self == .post }
        package var usesCertificate: Bool { self == .tls || self == .selfSignedTLS }
    }

    package enum GrantType: String, Sendable, CaseIterable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
        case clientCredentials = "client_credentials"
        /// RFC 8628 §3.4.
        case deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
        /// CIBA Core §4.
        case ciba = "urn:openid:params:grant-type:ciba"
        case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    }

    package enum IDTokenAlgorithm: String, Sendable, CaseIterable {
        case es256 = "ES256"
        case rs256 = "RS256"
    }

    package var id: String
    /// Shown on the sign-in, account and sign-out pages.
    package var name: String
    package var authMethod: AuthMethod
    /// SHA-256 of the secret. The registry takes only long secrets, so a slow hash adds nothing.
    package var secretHash: String?
    package var redirectURIs: [String]
    package var postLogoutRedirectURIs: [String]
    package var backchannelLogoutURI: String?
    package var grants: Set<GrantType>
    package var scopes: Set<String>
    package var idTokenAlgorithm: IDTokenAlgorithm
    /// Codes without a proof key are refused: the standard of every registration (RFC 9700 §2.1.1).
    package var insistsOnPKCE: Bool
    /// The channel all requests of this client count as.
    package var channel: Channel
    /// The one hall of a device.
    package var hall: String?
    /// 30…600 s.
    package var accessTokenLife: Duration
    package var refreshIdle: Duration
    package var refreshLife: Duration
    package var profile = ClientProfile()
    package var keys = ClientKeys()
    package var policy = ClientPolicy()

    package init(
        id: String, name: String, authMethod: AuthMethod, secretHash: String? = nil, redirectURIs: [String] = [],
        postLogoutRedirectURIs: [String] = [], backchannelLogoutURI: String? = nil, grants: Set<GrantType>,
        scopes: Set<String>, idTokenAlgorithm: IDTokenAlgorithm = .es256,
        insistsOnPKCE: Bool = false, channel: Channel = .web,
        hall: String? = nil, accessTokenLife: Duration = .minutes(10), refreshIdle: Duration = .hours(2),
        refreshLife: Duration = .hours(12)
    ) {
        self.id = id
        self.name = name
        self.authMethod = authMethod
        self.secretHash = secretHash
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.backchannelLogoutURI = backchannelLogoutURI
        self.grants = grants
        self.scopes = scopes
        self.idTokenAlgorithm = idTokenAlgorithm
        self.insistsOnPKCE = insistsOnPKCE
        self.channel = channel
        self.hall = hall
        self.accessTokenLife = accessTokenLife
        self.refreshIdle = refreshIdle
        self.refreshLife = refreshLife
    }

    /// The client as which Yimen's own pages sign people in.
    package static let ownPagesID = "yimen-portal"
    package var isOwnPages: Bool { id == Self.ownPagesID }

    package var isPublic: Bool { authMethod == .none }

    /// An app on somebody's own device: the port of its loopback address is the system's choice (RFC 8252 §7.3).
    package var isNative: Bool { profile.applicationType.map { $0 == "native" } ?? isPublic }

    /// Public clients have no other protection (RFC 9700 §2.1.1).
    package var requiresPKCE: Bool { isPublic || insistsOnPKCE }

    /// `sub` of a token the client gets for itself; a person's `sub` is a UUID, so the two spaces
    /// cannot collide (RFC 9068 §5).
    package var subject: String { Self.subjectPrefix + id }
    static let subjectPrefix = "client:"
}
