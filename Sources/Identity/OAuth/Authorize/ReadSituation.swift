import Core
import Storage

/// Reads what the interaction rules judge by; of the database only what this request can depend on,
/// since most sign-ins to a second system depend on nothing but the session.
struct ReadSituation: Sendable {
    let subjects: Subjects
    let surroundings: Surroundings

    func callAsFunction(
        _ request: AuthorizationRequest, _ client: Client, _ session: SSOSession?, in statements: any Statements
    ) throws -> Situation {
        var situation = Situation(client: client, session: session, now: surroundings.now())
        guard let session else { return situation }
        if request.requestedSubject != nil { situation.subject = subjects.subject(of: session.personID, for: client) }
        if request.requiredLevel(by: client) != nil || !request.acrValues.isEmpty {
            situation.person = try PersonStore.find(session.personID, in: statements)
        }
        if !ConsentItem.needed(by: request, from: client).isEmpty {
            situation.consented = try ConsentStore.find(
                person: session.personID, client: client.id, in: statements)
        }
        return situation
    }
}
