import Core

/// The person of `id_token_hint`, or of a `sub` in the `claims` parameter, is the one who is signed in
/// (OpenID Connect Core §3.1.2.1, §5.5.1): the request is answered for nobody else (§3.1.2.2). Where somebody else has
/// signed in on its page the client hears so, or two people sharing a computer could never get past that page.
struct RequireHintedPerson: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard let session = situation.session else { return .signIn }
        let isHinted = request.hintedPerson.map { $0 == session.personID } ?? true
        let isRequested = request.requestedSubject.map { $0 == situation.subject } ?? true
        guard !isHinted || !isRequested else { return nil }
        return session.id == request.freshSession ? .otherPerson : .signIn
    }
}
