/// What the `claims` parameter asked for and the client may read (OpenID Connect Core §5.5): names of
/// claims about a person, by the place where they are to be.
package struct RequestedClaims: Sendable, Hashable, Codable {
    package var userInfo: [String]
    package var idToken: [String]

    var isEmpty: Bool { userInfo.isEmpty && idToken.isEmpty }
}
