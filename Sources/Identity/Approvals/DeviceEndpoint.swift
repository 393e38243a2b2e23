import Core
import Hummingbird
import Storage
import Web

/// `GET` and `POST /device`: where a person types the code that another screen shows (RFC 8628 §3.3),
/// sees who asks for what, and decides. Nothing is decided by following a link, not even
/// `verification_uri_complete`, which only fills in the code (§5.4).
struct DeviceEndpoint: Sendable {
    let database: any Database
    let throttle: UserCodeThrottle
    let index: ApprovalIndex
    let decide: DecideApproval
    let browsers: BrowserSessions
    let pages: ApprovalPages
    let issuer: String
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let typed = try ParameterList.query(request).single("user_code") ?? ""
        return try pages.entry(code: UserCode(typed)?.shown ?? "", context)
    }

    /// `GET /device/qr`: the code's address as a picture, for devices that cannot draw one.
    func qr(_ request: Request, _ context: WebContext) throws -> Response {
        guard let code = UserCode(try ParameterList.query(request).required("user_code")) else {
            throw Problem.invalid("user_code", "must be the eight letters of a user code")
        }
        return try pages.picture(of: issuer + ApprovalPages.page(of: code))
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        let typed = try form.single("user_code") ?? ""
        guard let code = UserCode(typed) else { return try pages.entry(code: typed, fault: .malformed, context) }
        guard let session = try await browsers.session(of: request) else {
            return ApprovalPages.signIn(back: ApprovalPages.page(of: code))
        }
        let found = try await find(code, by: session.personID, from: context.clientAddress)
        switch found {
        case .exhausted: return try pages.entry(code: code.shown, fault: .throttled, context)
        case .unknown: return try pages.entry(code: code.shown, fault: .unknown, context)
        case .waiting(let approval):
            // Nobody allows anything in the name of who signed in meanwhile in another tab.
            let isOwn = try form.single("session") == pages.names.mark(of: session)
            let decision = isOwn ? try form.single("decision") : nil
            return try await answer(approval, code, decision, session, context)
        }
    }

    private func answer(
        _ approval: Approval, _ code: UserCode, _ decision: String?, _ session: SSOSession, _ context: WebContext
    ) async throws -> Response {
        let back = ApprovalPages.page(of: code)
        switch decision {
        case nil: return try await pages.decision(approval, code: code, session, context)
        case "allow":
            return try pages.outcome(
                try await decide.approve(approval, in: session), isYes: true, back: back, context)
        case "deny":
            return try pages.outcome(
                try await decide.deny(approval, by: session.personID), isYes: false, back: back, context)
        default: throw Problem.invalid("decision", "must be allow or deny")
        }
    }

    private enum Found: Sendable {
        case waiting(Approval)
        case unknown
        case exhausted
    }

    private func find(_ code: UserCode, by person: String, from address: String) async throws -> Found {
        let now = surroundings.now()
        let wanted = index.userCode(code)
        return try await database.transaction { [throttle] transaction -> Found in
            guard try throttle.take(person: person, address: address, at: now, in: transaction) else {
                return .exhausted
            }
            guard let approval = try ApprovalStore.find(userCodeIndex: wanted, at: now, in: transaction) else {
                return .unknown
            }
            try throttle.giveBack(person: person, address: address, in: transaction)
            return .waiting(approval)
        }
    }
}
