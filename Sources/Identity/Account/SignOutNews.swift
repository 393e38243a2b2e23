import Core
import Storage
import Web

/// Tells a person on the account page about sign-outs of theirs that some system has not heard of yet.
struct SignOutNews: Sendable {
    struct Found: Sendable {
        let told: ToldSystems
        /// The last sign-out was a moment ago: most systems answer within seconds.
        let isFresh: Bool
    }

    /// A system that could not be reached is named for so long; by then its own session will mostly have run out.
    private static let horizon = Duration.days(1)
    private static let mostDeliveries = 100

    let database: any Database
    let clients: ClientDirectory
    let surroundings: Surroundings

    /// - Returns: `nil` when every system of every sign-out has been told.
    func of(_ person: String, _ locale: WebLocale) async throws -> Found? {
        let now = surroundings.now()
        let recent = try await database.read {
            try LogoutDeliveryStore.list(person: person, atMost: Self.mostDeliveries, in: $0)
        }.filter { $0.endedAt + Self.horizon > now }
        let open = Set(recent.filter { $0.state != .told }.map(\.logoutID))
        let shown = recent.filter { open.contains($0.logoutID) }
        var states = [String: LogoutDelivery.State]()
        var order = [String]()
        for delivery in shown {
            if states[delivery.clientID] == nil { order.append(delivery.clientID) }
            states[delivery.clientID] = Self.worse(delivery.state, states[delivery.clientID])
        }
        var systems = [ToldSystems.System]()
        for client in order {
            let name = try await clients.label(of: client, locale)
            systems.append(ToldSystems.System(name: name, state: states[client]))
        }
        guard let told = ToldSystems(systems) else { return nil }
        return Found(told: told, isFresh: shown.contains { $0.endedAt + SignedOutPages.patience > now })
    }

    /// Of several sessions with one system, what keeps the person signed in there counts.
    private static func worse(_ one: LogoutDelivery.State, _ other: LogoutDelivery.State?) -> LogoutDelivery.State {
        let either = [one, other]
        return either.contains(.givenUp) ? .givenUp : either.contains(.waiting) ? .waiting : .told
    }
}
