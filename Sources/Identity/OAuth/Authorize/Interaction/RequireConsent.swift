import Core

/// The person has allowed what the client asks for: once for each thing, and again only for more; with
/// `prompt=consent` every time (OpenID Connect Core §3.1.2.1).
struct RequireConsent: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard !situation.hasJustConsented, !situation.client.isOwnPages else { return nil }
        if request.prompt.contains(.consent) { return .consent }
        let needed = ConsentItem.needed(by: request, from: situation.client)
        return needed.allSatisfy { situation.consented.contains($0.text) } ? nil : .consent
    }
}
