import Core

/// `prompt=login` and `select_account` want a sign-in that happened because of this request
/// (OpenID Connect Core §3.1.2.1).
struct RequireFreshSignIn: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ session: SSOSession?, at now: Instant) -> Interaction? {
        guard let session, !request.prompt.isDisjoint(with: [.login, .selectAccount]) else { return nil }
        return session.authenticatedAt > request.createdAt ? nil : .signIn
    }
}
