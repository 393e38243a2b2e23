/// One thing that is wrong with a registration: which member, what was given, and what to do about it.
package struct ClientFault: Sendable, Hashable {
    /// Name of the member as in RFC 7591: `redirect_uris`.
    package let member: String
    /// The value at fault, where naming it helps; never a secret.
    package let value: String?
    /// Why, and what would be right.
    package let reason: String

    package init(_ member: String, _ reason: String) {
        self.init(member, nil, reason)
    }

    package init(_ member: String, _ value: String?, _ reason: String) {
        self.member = member
        self.value = value.map { $0.count > 200 ? $0.prefix(200) + "…" : $0 }
        self.reason = reason
    }

    /// In an operator's words: `--redirect-uri https://x/#y: must not have a fragment`.
    package var description: String {
        let flag = ClientMembers.named[member]?.flag ?? Self.otherFlags[member] ?? member
        return (value.map { flag + " " + $0 } ?? flag) + ": " + reason
    }

    private static let otherFlags = ["client_id": "--id", "client_secret": "--secret"]

    /// Value and reason, for places that name the member themselves.
    package var detail: String { (value.map { $0 + ": " } ?? "") + reason }
}

/// Every fault of a registration at once, in words an operator can act on.
package struct ClientRegistrationFault: Error, Sendable, CustomStringConvertible {
    package let faults: [ClientFault]
    package var description: String { faults.map(\.description).joined(separator: "\n") }

    package init(faults: [ClientFault]) {
        self.faults = faults
    }
}
