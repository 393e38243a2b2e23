import Core

/// What a person must do before a request can be answered.
enum Interaction: Sendable, Equatable {
    /// Sign in; the account field may be filled in.
    case signIn

    /// The answer when the client forbade any page (OpenID Connect Core §3.1.2.6).
    var errorForPromptNone: OAuthError {
        switch self {
        case .signIn: OAuthError(.loginRequired, "the person is not signed in, or must sign in again")
        }
    }
}

/// One reason for asking something of the person.
protocol InteractionRule: Sendable {
    /// - Parameter session: the live session of this browser, if there is one.
    /// - Returns: `nil` when this rule is content.
    func demand(_ request: AuthorizationRequest, _ session: SSOSession?, at now: Instant) -> Interaction?
}

/// The rules in order; the first demand wins. Consent and step-up join this list.
enum InteractionRules {
    static let inOrder: [any InteractionRule] = [
        RequireSession(), RequireFreshSignIn(), RequireMaximumAge(), RequireHintedPerson(),
    ]

    static func demand(_ request: AuthorizationRequest, _ session: SSOSession?, at now: Instant) -> Interaction? {
        for rule in inOrder {
            if let demand = rule.demand(request, session, at: now) { return demand }
        }
        return nil
    }
}
