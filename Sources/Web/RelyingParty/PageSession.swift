package import Core

/// A signed-in browser on our own pages: the relying party's side of one sign-in.
package struct PageSession: Sendable {
    /// Digest of the handle in the cookie.
    package let key: String
    package var principal: Principal
    package var accessToken: Secret<String>
    /// When the access token must be renewed.
    package var accessExpiresAt: Instant
    package var renewal: Renewal
    /// Sent as `id_token_hint` at sign-out; `nil` for devices.
    package var idToken: Secret<String>?
    package let signedInAt: Instant
    /// Last write of this record, at most a few minutes behind the last request.
    package var seenAt: Instant
    /// The session ends here whatever happens.
    package let endsAt: Instant
    /// The stored record that this was read from; empty before it is stored.
    var version = ""

    package enum Renewal: Sendable {
        case none
        case refreshToken(Secret<String>)
        /// A device renews with its own client credentials.
        case clientCredentials(clientID: String, secret: Secret<String>)
    }

    /// Renews with the very same token or secret as another state of the session.
    func renews(like other: PageSession) -> Bool {
        switch (renewal, other.renewal) {
        case (.none, .none): true
        case (.refreshToken(let own), .refreshToken(let others)): own.reveal() == others.reveal()
        case (.clientCredentials(let own, _), .clientCredentials(let others, _)): own == others
        default: false
        }
    }

    /// `sid` of the session at the identity provider.
    package var sid: String? { principal.sessionID }
    package var isDevice: Bool {
        if case .clientCredentials = renewal { true } else { false }
    }
}
