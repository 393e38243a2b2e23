import Core

/// What a sign-out ended: handed to the listener after the commit, and shown to the person.
struct EndedSessions: Sendable {
    static let none = EndedSessions(logoutID: "", systems: [])

    /// Groups the deliveries; meaningless without systems.
    let logoutID: String
    let systems: [EndedSystem]

    var sids: [String] { systems.map(\.sid) }
}

/// One system whose session is over.
struct EndedSystem: Sendable {
    let sid: String
    let clientID: String
    /// To be loaded by the browser that signs out (OpenID Connect Front-Channel Logout 1.0 §2).
    let frontchannelURI: String?
    /// Whether a logout token is on its way.
    let isTold: Bool
}
