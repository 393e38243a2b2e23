import Core

/// `prompt=select_account`: the person says as whom to go on, by choosing the session of this browser or
/// by signing in (OpenID Connect Core §3.1.2.1).
struct RequireAccountChoice: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard request.prompt.contains(.selectAccount), request.chosenSession != situation.session?.id else {
            return nil
        }
        return situation.hasFreshSignIn(for: request) ? nil : .chooseAccount
    }
}
