import Core
import HTTPTypes
import Hummingbird
import Web

/// The pages on which a person decides a request of another device.
struct ApprovalPages: Sendable {
    let clients: ClientDirectory
    let names: PersonNames
    let wording: ConsentWording
    let renderer: PageRenderer

    enum Fault: Sendable { case malformed, unknown, throttled }

    func entry(code: String, fault: Fault? = nil, _ context: WebContext) throws -> Response {
        let page = DevicePage(
            code: String(code.prefix(32)), malformed: fault == .malformed, unknown: fault == .unknown,
            throttled: fault == .throttled)
        let status: HTTPResponse.Status =
            switch fault {
            case nil: .ok
            case .malformed, .unknown: .badRequest
            case .throttled: .tooManyRequests
            }
        return try renderer.render(
            "identity/device", page, titleKey: "identity.device.title", context: context, status: status)
    }

    func decision(_ approval: Approval, code: UserCode, _ session: SSOSession, _ context: WebContext) async throws
        -> Response
    {
        guard let card = try await card(approval, context) else {
            return try outcome(.gone, isYes: false, back: Self.page(of: code), context)
        }
        let page = DeviceDecisionPage(
            code: code.shown, session: names.mark(of: session),
            account: try await names.masked(session.personID), card: card)
        return try renderer.render(
            "identity/device-decision", page, titleKey: "identity.device.title", context: context)
    }

    /// Where a person decides what a device with this code asks for.
    static func page(of code: UserCode) -> String { "/device?user_code=" + code.shown }

    func list(_ approvals: [Approval], _ context: WebContext) async throws -> Response {
        var cards = [ApprovalCard]()
        for approval in approvals {
            if let card = try await card(approval, context) { cards.append(card) }
        }
        return try renderer.render(
            "identity/approvals", ApprovalsPage(cards: cards, isEmpty: cards.isEmpty),
            titleKey: "identity.approvals.title", context: context)
    }

    /// - Parameter back: the page to come back to from a sign-in.
    func outcome(
        _ outcome: DecideApproval.Outcome, isYes: Bool, back: String, _ context: WebContext
    ) throws -> Response {
        var page = ApprovalOutcomePage()
        var status = HTTPResponse.Status.ok
        switch outcome {
        case .decided:
            page.allowed = isYes
            page.denied = !isYes
        case .gone:
            page.gone = true
            status = .badRequest
        case .signedOut: return Self.signIn(back: back)
        case .stepUp(let level): return Self.signIn(back: back, level: level)
        case .tooLow(let level):
            page.level = level.rawValue
            status = .forbidden
        }
        return try renderer.render(
            "identity/approval-outcome", page, titleKey: "identity.approvals.title", context: context, status: status)
    }

    /// To the sign-in page and back.
    ///
    /// - Parameter level: the one to sign in to.
    static func signIn(back: String, level: AssuranceLevel? = nil) -> Response {
        var query = ParameterList(["return": back])
        if let level { query.append("acr_values", level.rawValue) }
        return Response.redirect303("/auth/sign-in?" + query.encoded).withNoStore()
    }

    func picture(of address: String) throws -> Response {
        Response.svg(try QRCode.svg(address)).withNoStore()
    }

    private func card(_ approval: Approval, _ context: WebContext) async throws -> ApprovalCard? {
        guard let client = try await clients.find(approval.clientID) else { return nil }
        return ApprovalCard(
            id: approval.id, system: try await wording.system(client, context.locale),
            gives: wording.lines(
                approval.scopes.map(ConsentItem.scope)
                    + (approval.terms.resources ?? []).map(ConsentItem.resource), context.locale),
            message: approval.bindingMessage, until: ProvinceTime.clock(approval.expiresAt))
    }
}

/// One request as a person sees it.
struct ApprovalCard: Sendable {
    let id: String
    let system: SystemCard
    let gives: [String]
    /// To be compared with the other screen.
    let message: String?
    let until: String
}

/// Model of `identity/device`.
struct DevicePage: Sendable {
    let code: String
    let malformed: Bool
    let unknown: Bool
    let throttled: Bool
}

/// Model of `identity/device-decision`.
struct DeviceDecisionPage: Sendable {
    let code: String
    /// Names the session without telling its id.
    let session: String
    /// A masked name.
    let account: String
    let card: ApprovalCard
}

/// Model of `identity/approvals`.
struct ApprovalsPage: Sendable {
    let cards: [ApprovalCard]
    let isEmpty: Bool
}

/// Model of `identity/approval-outcome`.
struct ApprovalOutcomePage: Sendable {
    var allowed = false
    var denied = false
    var gone = false
    /// The level that the system asks for.
    var level: String?
}
