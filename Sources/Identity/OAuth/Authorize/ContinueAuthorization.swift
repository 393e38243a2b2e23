import Core
import Hummingbird
import Storage
import Web

/// Carries a request as far as it gets without the person: to the answer, or to what the person must
/// do next. The authorization endpoint and every page on the way stand on it, so no page knows which
/// one comes after it.
///
/// What the rules judge by and the answer are one transaction, and at the endpoint who is signed in too: reads before it
/// would be further waits for the database. They prove nothing by that: each is doubted where the answer is written, by a
/// conditional update of the session, the consent and the page.
struct ContinueAuthorization: Sendable {
    enum Step: Sendable {
        case answered(Response)
        case demands(Interaction)
        /// The page, or the pushed request behind it, has been answered before.
        case repeated
    }

    private enum Outcome: Sendable {
        case issued(code: String, SSOSession)
        case demands(Interaction)
        case repeated
    }

    let database: any Database
    let read: ReadSituation
    let issue: IssueAuthorizationCode
    let responder: AuthorizationResponder
    let sessionState: SessionState

    /// - Parameters:
    ///   - page: digest of the handle of the page that led here, if one did.
    ///   - consenting: what the person has just allowed, to be remembered with the answer.
    func callAsFunction(
        _ request: AuthorizationRequest, _ client: Client, _ session: SessionAtHand, page: String? = nil,
        consenting: [ConsentItem]? = nil, _ context: WebContext
    ) async throws -> Step {
        let outcome: Outcome =
            if case .none = session {
                .demands(.signIn)
            } else {
                try await database.transaction { transaction in
                    let session = try session.find(in: transaction)
                    return try decide(request, client, session, page, consenting, in: transaction)
                }
            }
        return switch outcome {
        case .issued(let code, let session): .answered(try answer(code, to: request, session, context))
        case .demands(let interaction): .demands(interaction)
        case .repeated: .repeated
        }
    }

    private func decide(
        _ request: AuthorizationRequest, _ client: Client, _ session: SSOSession?, _ page: String?,
        _ consenting: [ConsentItem]?, in transaction: any Transaction
    ) throws -> Outcome {
        var situation = try read(request, client, session, in: transaction)
        situation.hasJustConsented = consenting != nil
        if let demand = InteractionRules.demand(request, situation) { return .demands(demand) }
        guard let session else { return .demands(.signIn) }
        let end = try issue(
            request, session, level: situation.level, page: page,
            needed: client.isOwnPages ? [] : ConsentItem.needed(by: request, from: client),
            consenting: consenting ?? [], in: transaction)
        return switch end {
        case .issued(let code): .issued(code: code, session)
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
