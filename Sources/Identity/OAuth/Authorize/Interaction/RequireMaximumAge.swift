import Core

/// `max_age`: the last real authentication is not older (OpenID Connect Core §3.1.2.1). One that
/// this request has caused always counts, or a small age could never be met.
struct RequireMaximumAge: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard let session = situation.session, let age = request.maxAge, !situation.hasFreshSignIn(for: request) else {
            return nil
        }
        return session.authenticatedAt + .seconds(age) >= situation.now ? nil : .signIn
    }
}
