import Core

/// `prompt=login` wants a sign-in that happened because of this request (OpenID Connect Core §3.1.2.1),
/// and so does a person who chose to go on as somebody else.
struct RequireFreshSignIn: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard request.prompt.contains(.login) || request.wantsOtherAccount else { return nil }
        return situation.hasFreshSignIn(for: request) ? nil : .signIn
    }
}
