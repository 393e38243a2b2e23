import Core
import Storage

/// A person's yes or no. A yes opens a session of its own for the other device: it stands on the account
/// page beside the browsers, ends there, and does not end with the browser in which it was given.
struct DecideApproval: Sendable {
    enum Outcome: Sendable {
        case decided
        /// Decided before, expired, or another person's.
        case gone
        /// The system asks for a higher level than this sign-in reached, and the person could sign in to it.
        case stepUp(AssuranceLevel)
        /// The system asks for a higher level than the person has.
        case tooLow(AssuranceLevel)
        case signedOut
    }

    let clients: ClientDirectory
    let database: any Database
    let settings: IdentitySettings
    let surroundings: Surroundings

    func approve(_ approval: Approval, in session: SSOSession) async throws -> Outcome {
        guard let client = try await clients.find(approval.clientID) else { return .gone }
        if let least = client.policy.minimumAssurance, session.acr < least {
            let person = try await database.read { try PersonStore.find(session.personID, in: $0) }
            return (person?.assurance ?? .l0) < least ? .tooLow(least) : .stepUp(least)
        }
        let now = surroundings.now()
        let opening = SSOSessionStore.Opening(
            id: surroundings.newID(), handleHash: surroundings.newHandle(), person: session.personID,
            deviceHash: "", deviceLabel: client.name, acr: session.acr, amr: session.amr,
            idleEnds: now + settings.sessionLife, ends: now + max(client.refreshLife, settings.sessionLife))
        let newSID = surroundings.newID()
        let grantID = surroundings.newID()
        let event = AuditEvent.approvalDecided(approval, by: session.personID, decision: "approved", surroundings)
        let idleEnds = now + settings.sessionIdle
        return try await database.transaction { transaction in
            // Before or after a sign-out everywhere, which would not see the session that is opened here.
            try PersonStore.hold(row: session.personID, in: transaction)
            guard try SSOSessionStore.touch(session.id, idleEnds: idleEnds, at: now, in: transaction) else {
                return .signedOut
            }
            let grant = Grant(
                id: grantID, clientID: client.id, personID: session.personID, sid: newSID, scopes: approval.scopes,
                acr: session.acr, amr: session.amr, authenticatedAt: session.authenticatedAt, terms: approval.terms)
            guard try ApprovalStore.approve(approval.id, as: grant, at: now, in: transaction) else { return .gone }
            try SSOSessionStore.open(opening, authenticatedAt: session.authenticatedAt, at: now, in: transaction)
            try RelyingSessionStore.add(
                sid: newSID, under: opening.id, person: session.personID, client: client.id, at: now, in: transaction)
            try AuditStore.append(event, in: transaction)
            try CIBAPing.enqueue(approval, for: client, at: now, surroundings, in: transaction)
            return .decided
        }
    }

    func deny(_ approval: Approval, by person: String) async throws -> Outcome {
        let client = try await clients.find(approval.clientID)
        let now = surroundings.now()
        let event = AuditEvent.approvalDecided(approval, by: person, decision: "denied", surroundings)
        return try await database.transaction { transaction in
            guard try ApprovalStore.deny(approval.id, by: person, at: now, in: transaction) else { return .gone }
            try AuditStore.append(event, in: transaction)
            if let client { try CIBAPing.enqueue(approval, for: client, at: now, surroundings, in: transaction) }
            return .decided
        }
    }
}

extension AuditEvent {
    static func approvalDecided(
        _ approval: Approval, by person: String, decision: String, _ surroundings: Surroundings
    ) -> AuditEvent {
        AuditEvent(
            kind: "approval." + decision, actor: person, subject: approval.id,
            detail: approval.kind.rawValue + " " + approval.clientID, surroundings)
    }
}
