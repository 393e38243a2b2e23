import Core
import Storage

/// One sign-out as an operator sees it: which systems were to be told, and how far the news has come. It says nothing
/// about who signed out.
struct SignOut: Sendable {
    struct System: Sendable {
        let name: LocalizedText
        let delivery: LogoutDelivery
        /// In the past while the message is on its way; `nil` when there will be no further attempt.
        let nextAttempt: Instant?
    }

    let id: String
    let endedAt: Instant
    let systems: [System]
}

/// Finds sign-outs that had systems to tell over the back channel. They are kept as long as everything that is over
/// (`IdentityCleanup`).
struct SignOuts: Sendable {
    /// Systems of each sign-out in a list; one that is asked for alone comes with all.
    static let systemsInList = 50

    let database: any Database
    let clients: ClientDirectory

    /// The newest first.
    ///
    /// - Parameters:
    ///   - person: of this person alone.
    ///   - before: older than this one.
    func list(of person: String? = nil, before: String? = nil, atMost limit: Int) async throws -> [SignOut] {
        let found = try await database.read { statements in
            try LogoutDeliveryStore.logouts(of: person, before: before, atMost: limit, in: statements).map {
                try Self.waiting(
                    LogoutDeliveryStore.list(logout: $0, atMost: Self.systemsInList, in: statements), statements)
            }
        }
        var signOuts = [SignOut]()
        for deliveries in found {
            if let signOut = try await signOut(deliveries) { signOuts.append(signOut) }
        }
        return signOuts
    }

    func find(_ id: String) async throws -> SignOut? {
        try await signOut(
            try await database.read { statements in
                try Self.waiting(LogoutDeliveryStore.list(logout: id, in: statements), statements)
            })
    }

    private static func waiting(_ deliveries: [LogoutDelivery], _ statements: any Statements) throws
        -> [(LogoutDelivery, next: Instant?)]
    {
        try deliveries.map { delivery in
            // An operator may have had one sent again that had been given up.
            guard delivery.state != .told else { return (delivery, nil) }
            return (delivery, try Outbox.nextAttempt(of: delivery.id, in: statements))
        }
    }

    private func signOut(_ deliveries: [(LogoutDelivery, next: Instant?)]) async throws -> SignOut? {
        guard let first = deliveries.first?.0 else { return nil }
        var systems = [SignOut.System]()
        for (delivery, next) in deliveries {
            let name = try await clients.label(of: delivery.clientID)
            systems.append(SignOut.System(name: name, delivery: delivery, nextAttempt: next))
        }
        return SignOut(id: first.logoutID, endedAt: first.endedAt, systems: systems)
    }
}
