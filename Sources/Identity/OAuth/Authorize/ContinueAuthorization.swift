import Core
import Hummingbird
import Storage
import Web

/// Carries a request as far as it gets without the person: to the answer, or to what the person must
/// do next. The authorization endpoint and every page on the way stand on it, so no page knows which
/// one comes after it.
struct ContinueAuthorization: Sendable {
    enum Step: Sendable {
        case answered(Response)
        case demands(Interaction)
        /// The page, or the pushed request behind it, has been answered before.
        case repeated
    }

    let read: ReadSituation
    let issue: IssueAuthorizationCode
    let responder: AuthorizationResponder
    let sessionState: SessionState

    /// - Parameters:
    ///   - page: digest of the handle of the page that led here, if one did.
    ///   - consenting: what the person has just allowed, to be remembered with the answer.
    func callAsFunction(
        _ request: AuthorizationRequest, _ client: Client, _ session: SSOSession?, page: String? = nil,
        consenting: [ConsentItem]? = nil, _ context: WebContext
    ) async throws -> Step {
        var situation = try await read(request, client, session)
        situation.hasJustConsented = consenting != nil
        if let demand = InteractionRules.demand(request, situation) { return .demands(demand) }
        guard let session else { return .demands(.signIn) }
        let outcome = try await issue(
            request, session, level: situation.level, page: page,
            needed: client.isOwnPages ? [] : ConsentItem.needed(by: request, from: client),
            consenting: consenting ?? [])
        return switch outcome {
        case .issued(let code): .answered(try answer(code, to: request, session, context))
        case .signedOut: .demands(.signIn)
        case .consentWithdrawn: .demands(.consent)
        case .repeated: .repeated
        }
    }

    private func answer(
        _ code: String, to request: AuthorizationRequest, _ session: SSOSession, _ context: WebContext
    ) throws -> Response {
        let state = sessionState.state(for: request, session)
        var response = try responder.answer(code: code, sessionState: state, to: request, context: context)
        if state != nil { sessionState.keep(session, on: &response) }
        return response
    }
}
