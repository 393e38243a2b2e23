import Core

/// Somebody is signed in.
struct RequireSession: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        situation.session == nil ? .signIn : nil
    }
}
