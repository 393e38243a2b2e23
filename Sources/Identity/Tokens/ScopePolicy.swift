import Core

/// Which of the granted scopes a person may really use through a client: scopes only ever get fewer on the way, and
/// what a client is no longer registered for goes with the registration.
///
/// Staff scopes are good for one hall: the person's own, which a client bound to a hall must stand in.
enum ScopePolicy {
    private static let staff: Set<Role> = [.officer, .manager]
    private static let administration: Set<Role> = [.administrator, .auditor]
    private static let atKiosks: Set<Role> = [.officer, .manager, .guide]

    static func effective(_ scopes: [String], for person: Person, through client: Client) -> [String] {
        let isAtWork = person.hall != nil && hall(of: person, through: client) == person.hall
        return scopes.filter { scope in
            guard client.scopes.contains(scope) else { return false }
            return switch scope {
            case Scope.window: isAtWork && !person.roles.isDisjoint(with: staff)
            case Scope.kiosk: isAtWork && !person.roles.isDisjoint(with: atKiosks)
            case Scope.clients, Scope.sessions: !person.roles.isDisjoint(with: administration)
            default: true
            }
        }
    }

    /// The hall that a token speaks for; `nil` when person and client belong to two different halls.
    static func hall(of person: Person, through client: Client) -> String? {
        guard let own = person.hall, let place = client.hall else { return person.hall ?? client.hall }
        return own == place ? own : nil
    }

    /// Which scopes of a token the client that exchanges it may use, in the hall that it is then good for.
    ///
    /// - Parameter person: behind the token; `nil` for a machine's.
    static func effective(_ scopes: [String], for person: Person?, in hall: String?, through client: Client) -> [String]
    {
        let placed = scopes.filter { ![Scope.window, Scope.kiosk].contains($0) || hall != nil }
        guard let person else { return placed.filter(client.scopes.contains) }
        return effective(placed, for: person, through: client)
    }

    /// The hall of a token that is exchanged: the one on which the token, the person behind it and the client that
    /// exchanges it agree. Staff whose token speaks for no hall get none back.
    static func hall(exchanging subject: AccessTokenClaims, of person: Person?, through client: Client) -> String? {
        guard subject.hall != nil || person?.hall == nil else { return nil }
        let halls = Set([subject.hall, person?.hall, client.hall].compactMap(\.self))
        return halls.count == 1 ? halls.first : nil
    }
}
