/// Who is asking, whatever brought the proof: a page session or a bearer token.
package struct Principal: Sendable, Hashable, Codable {
    /// `sub` of the person, or `client:` and the client id for a machine; the two spaces cannot collide.
    package var subject: String
    /// The OAuth client through which the request came.
    package var clientID: String
    package var scopes: Set<String>
    package var roles: Set<Role>
    package var assurance: AssuranceLevel
    /// The one hall a device or an officer works in; `nil` where the principal is not bound to a hall.
    package var hall: String?
    /// Where the request comes from, set by the client's registration and never by the request.
    package var channel: Channel
    /// `sid` of the relying session; `nil` for machines.
    package var sessionID: String?
    /// A masked name fit for the person's own pages.
    package var displayName: String?

    package init(
        subject: String, clientID: String, scopes: Set<String>, roles: Set<Role> = [], assurance: AssuranceLevel = .l0,
        hall: String? = nil, channel: Channel = .web, sessionID: String? = nil, displayName: String? = nil
    ) {
        self.subject = subject
        self.clientID = clientID
        self.scopes = scopes
        self.roles = roles
        self.assurance = assurance
        self.hall = hall
        self.channel = channel
        self.sessionID = sessionID
        self.displayName = displayName
    }
}

/// What a person is allowed to be; a citizen has none of these.
package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    case officer, guide, manager, administrator, auditor
}

/// The channel through which a person reaches the service; booking quotas are kept by channel.
package enum Channel: String, Sendable, Hashable, Codable, CaseIterable {
    /// A browser on the citizen's own device.
    case web
    /// The provincial app.
    case mobile
    /// Anything that stands in a hall: kiosk, window, guide's tablet.
    case hall
}

/// Identity assurance, the value of `acr`.
package enum AssuranceLevel: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case l0 = "L0"
    case l1 = "L1"
    case l2 = "L2"
    case l3 = "L3"
    case l4 = "L4"

    package static func < (left: AssuranceLevel, right: AssuranceLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The OAuth scopes of Yimen's own API.
package enum Scope {
    package static let booking = "booking"
    package static let kiosk = "hall.kiosk"
    package static let window = "hall.window"
    /// See and take back what systems may have of oneself.
    package static let account = "account"
    /// Relying systems and their registrations: administrators change them, auditors read them.
    package static let clients = "admin.clients"
    /// Other people's sessions and locks.
    package static let sessions = "admin.sessions"
    /// All of them; a token that holds one is good for the API.
    package static let ofAPI: Set<String> = [booking, kiosk, window, account, clients, sessions]
}
