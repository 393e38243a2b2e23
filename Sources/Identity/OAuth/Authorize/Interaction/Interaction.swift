import Core

/// What a person must do before a request can be answered.
enum Interaction: Sendable, Equatable {
    /// Sign in; the account field may be filled in.
    case signIn
    /// Somebody else than the request names has signed in for it: the client is told.
    case otherPerson
    /// Say as whom to go on.
    case chooseAccount
    /// Read how to reach this level, which no way of signing in that the person has gives.
    case stepUp(AssuranceLevel)
    /// Allow the system what it asks for, or not.
    case consent

    /// The page, without the handle of the request.
    var path: String {
        switch self {
        case .signIn, .otherPerson: "/login"
        case .chooseAccount: "/select-account"
        case .stepUp: "/step-up"
        case .consent: "/consent"
        }
    }

    /// The answer when the client forbade any page (OpenID Connect Core §3.1.2.6).
    var errorForPromptNone: OAuthError {
        switch self {
        case .signIn: OAuthError(.loginRequired, "the person is not signed in, or must sign in again")
        case .otherPerson: .otherPerson
        case .chooseAccount: OAuthError(.accountSelectionRequired, "the person must choose an account")
        case .stepUp: .unmetLevel
        case .consent: OAuthError(.consentRequired, "the person has not allowed this yet")
        }
    }
}

extension OAuthError {
    /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0 §2.
    static let unmetLevel = OAuthError(
        .unmetAuthenticationRequirements, "the person cannot reach the required acr now")
    /// OpenID Connect Core §3.1.2.1: what a hint at a person leads to where somebody else signs in.
    static let otherPerson = OAuthError(.loginRequired, "the person asked for has not signed in")
}

/// What is known when the rules are applied.
struct Situation: Sendable {
    let client: Client
    /// The live session of this browser, if there is one.
    var session: SSOSession?
    /// The person of the session.
    var person: Person?
    /// Who the person is to the client; read where the request asks for somebody by `sub`.
    var subject: String?
    /// What the person has allowed this client before.
    var consented: Set<String> = []
    /// The person has said yes to this very request.
    var hasJustConsented = false
    let now: Instant

    /// What the session has reached, never above what the person has now.
    var level: AssuranceLevel {
        guard let session else { return .l0 }
        return person.map { min($0.assurance, session.acr) } ?? session.acr
    }

    /// The sign-in happened because of this request.
    func hasFreshSignIn(for request: AuthorizationRequest) -> Bool {
        session.map { $0.id == request.freshSession || $0.authenticatedAt > request.createdAt } ?? false
    }
}

/// One reason for asking something of the person.
protocol InteractionRule: Sendable {
    /// - Returns: `nil` when this rule is content.
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction?
}

/// The rules in order; the first demand wins.
enum InteractionRules {
    static let inOrder: [any InteractionRule] = [
        RequireSession(), RequireFreshSignIn(), RequireMaximumAge(), RequireHintedPerson(), RequireAccountChoice(),
        RequireAssurance(), RequireConsent(),
    ]

    static func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        for rule in inOrder {
            if let demand = rule.demand(request, situation) { return demand }
        }
        return nil
    }
}
