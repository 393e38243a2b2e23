package import Core

/// One person signed in on one browser: the root under which every visited system hangs.
package struct SSOSession: Sendable, Hashable {
    package let id: String
    package let personID: String
    /// `Firefox · Windows`: enough for the person to tell their devices apart.
    package let deviceLabel: String
    package let acr: AssuranceLevel
    /// Authentication methods used (RFC 8176).
    package let amr: [String]
    /// When the person last proved who they are; `auth_time` of ID tokens.
    package let authenticatedAt: Instant
    package let createdAt: Instant
    package let lastSeenAt: Instant
}

/// One system visited under an `SSOSession`.
package struct RelyingSession: Sendable, Hashable {
    package let sid: String
    package let ssoSessionID: String
    package let personID: String
    package let clientID: String
    package let lastUsedAt: Instant
}

/// Told after sessions have ended, so that pages of Yimen itself forget them at once.
package protocol RelyingSessionListener: Sendable {
    func sessionsEnded(sid: [String]) async
}
