import Core

/// Which of the granted scopes a person may really use through a client: scopes only ever get fewer on the way.
///
/// Staff scopes are good for one hall: the person's own, which a client bound to a hall must stand in.
enum ScopePolicy {
    private static let staff: Set<Role> = [.officer, .manager]
    private static let administration: Set<Role> = [.administrator, .auditor]
    private static let atKiosks: Set<Role> = [.officer, .manager, .guide]

    static func effective(_ scopes: [String], for person: Person, through client: Client) -> [String] {
        let isAtWork = person.hall != nil && hall(of: person, through: client) == person.hall
        return scopes.filter { scope in
            switch scope {
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
}
