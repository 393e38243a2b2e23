import Core

/// Somebody is signed in.
struct RequireSession: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ session: SSOSession?, at now: Instant) -> Interaction? {
        session == nil ? .signIn : nil
    }
}
