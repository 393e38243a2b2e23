import Core

/// The person of `id_token_hint`, or of a `sub` in the `claims` parameter, is the one who is signed in
/// (OpenID Connect Core §3.1.2.1, §5.5.1). A `sub` asked for is answered for nobody else (§3.1.2.2). After a
/// sign-in for this very request the client of a hint gets whoever signed in and must compare `sub` itself,
/// or two people sharing a computer could never get past this page.
struct RequireHintedPerson: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        if let subject = request.requestedSubject, subject != situation.subject { return .signIn }
        guard let person = request.hintedPerson, situation.session?.personID != person else { return nil }
        return situation.hasFreshSignIn(for: request) ? nil : .signIn
    }
}
