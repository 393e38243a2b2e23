package import Core
import Storage

/// Bringing several clients to a described state at once: everything is judged before anything is written.
extension ClientRegistry {
    /// One client on its way to the state that a file describes.
    package struct Plan: Sendable {
        let client: Client
        /// `nil` for a client that is not registered yet.
        let known: ClientRecord?
        /// A secret made for it, to be shown once.
        let secret: Secret<String>?
    }

    /// - Parameter registration: gets a fresh secret where one is needed and none is there.
    /// - Throws: `ClientRegistrationFault`, `ClientChangeRefusal.ownPages`.
    package func plan(_ registration: inout ClientRegistration, over known: ClientRecord?) throws -> Plan {
        guard registration.id != Client.ownPagesID else { throw ClientChangeRefusal.ownPages }
        let secret = giveSecret(to: &registration)
        return Plan(client: try validate(registration), known: known, secret: secret)
    }

    /// Makes a secret for a client whose method sends one and that has none.
    ///
    /// - Returns: the secret made, if one was.
    package func giveSecret(to registration: inout ClientRegistration) -> Secret<String>? {
        guard registration.secret == nil, registration.secretHash == nil,
            let method = registration.authMethod.flatMap(Client.AuthMethod.init(rawValue:)), method.usesSecret
        else { return nil }
        let secret = Secret(surroundings.newHandle())
        registration.secret = secret
        return secret
    }

    /// Writes all plans in one transaction.
    ///
    /// - Returns: a line for each client, new secrets among them.
    /// - Throws: `ClientChangeRefusal.stale` when somebody else has changed one of them since it was read.
    package func carryOut(_ plans: [Plan], by actor: String = operatorName) async throws -> [String] {
        let now = surroundings.now()
        let surroundings = surroundings
        try await database.transaction { transaction in
            for plan in plans {
                let id = plan.client.id
                try ClientLogos.enqueue(plan.client, at: now, in: transaction)
                guard let known = plan.known else {
                    guard try ClientStore.add(plan.client, at: now, in: transaction) else {
                        throw ClientChangeRefusal.stale
                    }
                    try RevocationStore.restore(plan.client.subject, at: now, in: transaction)
                    try AuditStore.append(.clientAdded(id, by: actor, surroundings), in: transaction)
                    continue
                }
                let changed = ClientDifference.members(known.client, plan.client)
                guard !changed.isEmpty else { continue }
                guard
                    try ClientRecordStore.replace(plan.client, expecting: known.version, at: now, in: transaction)
                else { throw ClientChangeRefusal.stale }
                try AuditStore.append(
                    .clientChanged(id, members: changed, by: actor, surroundings), in: transaction)
            }
        }
        return plans.flatMap(ClientRegistry.lines)
    }

    private static func lines(_ plan: Plan) -> [String] {
        let id = plan.client.id
        let changed = plan.known.map { ClientDifference.members($0.client, plan.client) }
        let state = changed.map { $0.isEmpty ? "unchanged" : "changed (\($0.joined(separator: ", ")))" } ?? "registered"
        return ["\(id): \(state)"] + (plan.secret.map { ["\(id): client_secret \($0.reveal())"] } ?? [])
    }
}
