import Core

/// The level of assurance that the client's registration or an essential `acr` demands, or that
/// `acr_values` wishes for. Too low is a step-up and not a refusal; what is essential is never
/// silently lowered (OpenID Connect Core §5.5.1.1, identity rule 25).
///
/// 1. essential and within the person's reach: sign in again, more strongly;
/// 2. essential and out of reach, or not reached by signing in again: the page that explains how;
/// 3. wished for, within reach and a page is allowed: sign in again, once.
struct RequireAssurance: InteractionRule {
    func demand(_ request: AuthorizationRequest, _ situation: Situation) -> Interaction? {
        guard situation.session != nil else { return nil }
        let reach = situation.person?.assurance ?? situation.level
        let isFresh = situation.hasFreshSignIn(for: request)
        if let required = request.requiredLevel(by: situation.client), situation.level < required {
            return reach < required || isFresh ? .stepUp(required) : .signIn
        }
        guard !isFresh, !request.prompt.contains(.none), let lowest = request.acrValues.min(),
            situation.level < lowest
        else { return nil }
        return request.acrValues.contains { $0 <= reach } ? .signIn : nil
    }
}

extension AuthorizationRequest {
    /// The least level at which this request may be answered at all.
    func requiredLevel(by client: Client) -> AssuranceLevel? {
        [essentialLevels.min(), client.policy.minimumAssurance].compactMap { $0 }.max()
    }

    /// The `acr` to state: of the levels asked for by name, the highest that the session reaches. `nil` where
    /// none was asked for or reached, which states what the session has.
    func statedLevel(at reached: AssuranceLevel) -> AssuranceLevel? {
        let asked = essentialLevels.isEmpty ? acrValues : essentialLevels
        return asked.filter { $0 <= reached }.max()
    }
}
