/// One thing that a person allows a system to have.
enum ConsentItem: Sendable, Hashable {
    case scope(String)
    /// A claim asked for by the `claims` parameter that no scope of the request opens.
    case claim(String)
    /// A resource server (RFC 8707).
    case resource(String)

    /// As stored.
    var text: String {
        switch self {
        case .scope(let name): "scope:" + name
        case .claim(let name): "claim:" + name
        case .resource(let uri): "resource:" + uri
        }
    }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "scope": self = .scope(parts[1])
        case "claim": self = .claim(parts[1])
        case "resource": self = .resource(parts[1])
        default: return nil
        }
    }

    /// Everything that the request would give.
    static func all(of request: AuthorizationRequest) -> [ConsentItem] {
        let opened = PersonClaim.opened(by: request.scopes)
        let claims = Set((request.claims?.userInfo ?? []) + (request.claims?.idToken ?? [])).subtracting(opened)
        return request.scopes.map(ConsentItem.scope) + claims.sorted().map(ConsentItem.claim)
            + request.resources.map(ConsentItem.resource)
    }

    /// What must have been allowed before an answer is given: everything for systems outside the
    /// province's own, and for all of them the access that outlives the sign-in (Core §11).
    static func needed(by request: AuthorizationRequest, from client: Client) -> [ConsentItem] {
        let all = all(of: request)
        return client.policy.asksConsent ? all : all.filter { $0 == .scope("offline_access") }
    }
}
