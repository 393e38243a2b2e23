import Core
import Web

/// Who may use the administration: people with the role administrator, auditors for reading, and machines registered
/// for the scope.
enum AdministrationAccess {
    /// - Returns: the actor for the audit.
    /// - Throws: 401 without a token or session, 403 without scope or role.
    static func read(_ scope: String, _ context: WebContext) throws -> String {
        try permit(scope, anyOf: [.administrator, .auditor], context)
    }

    /// - Returns: the actor for the audit.
    /// - Throws: 401 without a token or session, 403 without scope or role.
    static func change(_ scope: String, _ context: WebContext) throws -> String {
        try permit(scope, anyOf: [.administrator], context)
    }

    private static func permit(_ scope: String, anyOf roles: Set<Role>, _ context: WebContext) throws -> String {
        let principal = try context.require(scope: scope)
        // A client's own subject; no person's can look like it.
        let isMachine = principal.subject == "client:" + principal.clientID
        guard isMachine || !principal.roles.isDisjoint(with: roles) else { throw Problem(.forbidden) }
        return principal.subject
    }
}

extension ProblemKind {
    static let invalidClient = ProblemKind("invalid-client", 422, "The registration is not acceptable")
    static let changedMeanwhile = ProblemKind("changed-meanwhile", 412, "Somebody else has changed this")
    static let versionRequired = ProblemKind("version-required", 428, "The version you have seen is needed")
}

extension Problem {
    /// Every fault with the pointer of its member, under the names of the administration's API.
    static func faults(_ fault: ClientRegistrationFault) -> Problem {
        Problem(
            .invalidClient,
            fault.faults.count == 1 ? fault.faults[0].detail : "\(fault.faults.count) members are at fault",
            errors: fault.faults.map { Fault("/" + ClientMembers.ownName($0.member), $0.detail) })
    }

    static func refusal(_ refusal: ClientChangeRefusal) -> Problem {
        switch refusal {
        case .notFound: Problem(.notFound)
        case .stale: Problem(.changedMeanwhile, refusal.description)
        case .ownPages, .withoutSecret, .isPending, .notPending: Problem(.conflict, refusal.description)
        }
    }

    /// Runs a change and turns what the registry says into problems.
    static func translating<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let fault as ClientRegistrationFault {
            throw Problem.faults(fault)
        } catch let refused as ClientChangeRefusal {
            throw Problem.refusal(refused)
        }
    }
}
