import Core
import Hummingbird
import Storage
import Web

/// `GET` and `POST /approvals`: what systems have asked this person to confirm (CIBA Core §5); scan
/// sign-in will use the same page.
struct ApprovalsEndpoint: Sendable {
    private static let page = "/approvals"

    let database: any Database
    let decide: DecideApproval
    let browsers: BrowserSessions
    let pages: ApprovalPages
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let session = try await browsers.session(of: request) else {
            return ApprovalPages.signIn(back: Self.page)
        }
        return try await pages.list(try await waiting(for: session), context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        guard let session = try await browsers.session(of: request) else {
            return ApprovalPages.signIn(back: Self.page)
        }
        let id = try form.required("approval")
        let decision = try form.required("decision")
        guard decision == "allow" || decision == "deny" else {
            throw Problem.invalid("decision", "must be allow or deny")
        }
        guard let approval = try await waiting(for: session).first(where: { $0.id == id }) else {
            return try pages.outcome(.gone, isYes: false, back: Self.page, context)
        }
        let outcome =
            decision == "allow"
            ? try await decide.approve(approval, in: session)
            : try await decide.deny(approval, by: session.personID)
        return try pages.outcome(outcome, isYes: decision == "allow", back: Self.page, context)
    }

    private func waiting(for session: SSOSession) async throws -> [Approval] {
        let now = surroundings.now()
        return try await database.read { try ApprovalStore.waiting(for: session.personID, at: now, in: $0) }
    }
}
