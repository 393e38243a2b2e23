import Core

/// The person of `id_token_hint` is the one who is signed in (OpenID Connect Core §3.1.2.1).
/// After a sign-in for this very request the client gets whoever signed in and must compare `sub`
/// itself, or two people sharing a computer could never get past this page.
struct RequireHintedPerson: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ session: SSOSession?, at now: Instant) -> Interaction? {
        guard let session, let person = request.hintedPerson, session.personID != person else { return nil }
        return session.authenticatedAt > request.createdAt ? nil : .signIn
    }
}
