import Core
import Storage

/// Reads what the interaction rules judge by; of the database only what this request can depend on,
/// since most sign-ins to a second system depend on nothing but the session.
struct ReadSituation: Sendable {
    let database: any Database
    let subjects: Subjects
    let surroundings: Surroundings

    func callAsFunction(_ request: AuthorizationRequest, _ client: Client, _ session: SSOSession?) async throws
        -> Situation
    {
        var situation = Situation(client: client, session: session, now: surroundings.now())
        guard let session else { return situation }
        if request.requestedSubject != nil { situation.subject = subjects.subject(of: session.personID, for: client) }
        let needsLevel = request.requiredLevel(by: client) != nil || !request.acrValues.isEmpty
        let needsConsent = !ConsentItem.needed(by: request, from: client).isEmpty
        guard needsLevel || needsConsent else { return situation }
        let read = try await database.read { statements in
            (
                person: needsLevel ? try PersonStore.find(session.personID, in: statements) : nil,
                consented: needsConsent
                    ? try ConsentStore.find(person: session.personID, client: client.id, in: statements) : []
            )
        }
        situation.person = read.person
        situation.consented = read.consented
        return situation
    }
}
