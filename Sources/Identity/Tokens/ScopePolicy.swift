import Core

/// Which of the granted scopes a person may really use: scopes only ever get fewer on the way.
enum ScopePolicy {
    private static let staff: Set<Role> = [.officer, .manager]
    private static let atKiosks: Set<Role> = [.officer, .manager, .guide]

    static func effective(_ scopes: [String], for person: Person) -> [String] {
        scopes.filter { scope in
            switch scope {
            case Scope.window: person.hall != nil && !person.roles.isDisjoint(with: staff)
            case Scope.kiosk: person.hall != nil && !person.roles.isDisjoint(with: atKiosks)
            default: true
            }
        }
    }
}
