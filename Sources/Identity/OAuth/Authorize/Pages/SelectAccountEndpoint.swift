import Core
import Hummingbird
import Storage
import Web

/// `GET` and `POST /select-account`: as whom to go on (`prompt=select_account`, OpenID Connect Core
/// §3.1.2.1). A browser holds one session, so the choice is between its person and somebody else.
struct SelectAccountEndpoint: Sendable {
    let frame: InteractionFrame
    let names: PersonNames

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let handle = try ParameterList.query(request).single("request")
        return try await frame.open(handle, request, context) { waiting in
            let context = frame.language(context, request, waiting.authorization)
            return try await frame.advance(waiting, context) { interaction in
                guard interaction == .chooseAccount else { return nil }
                let model = SelectAccountPage(
                    request: waiting.handle, clientName: waiting.client.label(context.locale),
                    session: names.mark(of: waiting.session), account: try await names.masked(waiting.session.personID))
                return try frame.renderer.render(
                    "identity/select-account", model, titleKey: "identity.select-account.title", context: context)
            }
        }
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        let other = try form.single("choice") == "other"
        let mark = try form.single("session")
        return try await frame.open(try form.single("request"), request, context) { waiting in
            // The session changed in another tab: the page is shown again with the new person.
            guard other || mark == names.mark(of: waiting.session) else {
                return frame.redirect(to: .chooseAccount, waiting.handle)
            }
            var chosen = waiting
            chosen.authorization.wantsOtherAccount = other
            chosen.authorization.chosenSession = other ? nil : waiting.session.id
            if other { chosen.authorization.loginHint = nil }
            guard try await frame.requests.change(waiting.handle, to: chosen.authorization) else {
                return try frame.completed(context)
            }
            return try await frame.advance(chosen, context) { _ in nil }
        }
    }
}

/// Model of `identity/select-account`.
struct SelectAccountPage: Sendable {
    let request: String
    let clientName: String
    /// Names the session without telling its id.
    let session: String
    /// A masked name.
    let account: String
}
