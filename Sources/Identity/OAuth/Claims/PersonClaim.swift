import Core

/// The claims about a person, and which scope opens them (OpenID Connect Core §5.1, §5.4).
enum PersonClaim: String, CaseIterable {
    case name
    case preferredUsername = "preferred_username"
    case locale, zoneinfo
    case updatedAt = "updated_at"
    case phoneNumber = "phone_number"
    case phoneNumberVerified = "phone_number_verified"

    var scope: String {
        switch self {
        case .phoneNumber, .phoneNumberVerified: "phone"
        default: "profile"
        }
    }

    static func opened(by scopes: [String]) -> Set<String> {
        Set(allCases.filter { scopes.contains($0.scope) }.map(\.rawValue))
    }

    /// By name: what a client may ever ask for, since it is registered for the scope.
    static func readable(by client: Client) -> Set<String> { opened(by: Array(client.scopes)) }

    /// The members for these names, in a fixed order; those a person has no value for are left out.
    static func members(_ names: Set<String>, of person: Person, _ details: PersonDetails) -> [JSONValue.Member] {
        allCases.filter { names.contains($0.rawValue) }.compactMap { claim in
            claim.value(of: person, details).map { JSONValue.Member(claim.rawValue, $0) }
        }
    }

    private func value(of person: Person, _ details: PersonDetails) -> JSONValue? {
        switch self {
        case .name: .string(details.name)
        case .preferredUsername: person.signInName.map(JSONValue.string)
        case .locale: "zh-CN"
        case .zoneinfo: "Asia/Shanghai"
        case .updatedAt: .integer(person.updatedAt.seconds)
        case .phoneNumber: details.phone.map { .string("+86" + $0) }
        case .phoneNumberVerified: details.phone.map { _ in .bool(person.assurance >= .l1) }
        }
    }
}
