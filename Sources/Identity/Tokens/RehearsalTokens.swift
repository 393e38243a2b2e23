package import Core

/// Access tokens of people who do not exist, with which `make bench` holds slots for thousands of different persons.
///
/// They are worth something only to whoever has the keys and the database of a demo anyway.
package struct RehearsalTokens: Sendable {
    private let keys: SigningKeys
    private let settings: IdentitySettings
    private let surroundings: Surroundings

    /// - Throws: `Problem` outside the demo.
    package init(keys: SigningKeys, settings: IdentitySettings, surroundings: Surroundings) throws {
        guard settings.demo else { throw Problem(.forbidden, "Rehearsal tokens exist in the demo only.") }
        self.keys = keys
        self.settings = settings
        self.surroundings = surroundings
    }

    /// Tokens for the scope `booking` at level L2, good for two hours.
    /// - Parameter count: 1…100,000.
    package func make(count: Int) async throws -> [String] {
        try await keys.refresh()
        let now = surroundings.now()
        return try (0..<count).map { _ in
            let claims = AccessTokenClaims(
                subject: surroundings.newID(), clientID: "rehearsal", audience: [settings.apiAudience],
                scopes: [Scope.booking], acr: .l2, authenticatedAt: now, roles: [], hall: nil, channel: .web, sid: nil,
                grantID: nil, id: surroundings.newID(), issuedAt: now, expiresAt: now + .hours(2))
            return try keys.sign(claims.json(issuer: settings.issuer), type: "at+jwt", algorithm: .es256)
        }
    }
}
