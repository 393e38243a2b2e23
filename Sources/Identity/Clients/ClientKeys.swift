/// How a client that has no secret is recognised, and which keys sign what it sends.
package struct ClientKeys: Sendable, Hashable {
    /// A JWK set (RFC 7517 §5) given by value; holds public keys only. Never beside `jwksURI`.
    package var jwks: String?
    /// Where the set is published; https, fetched under the rules for outbound calls.
    package var jwksURI: String?

    package init(jwks: String? = nil, jwksURI: String? = nil) {
        self.jwks = jwks
        self.jwksURI = jwksURI
    }

    package var isEmpty: Bool { jwks == nil && jwksURI == nil }
}
