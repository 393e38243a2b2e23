import Core
import Hummingbird
import Web

/// `GET` and `POST /consent`: what a system asks for in plain words, to be allowed or not (OpenID
/// Connect Core §3.1.2.4). What is allowed is remembered with the answer, in one transaction.
struct ConsentEndpoint: Sendable {
    let frame: InteractionFrame
    let names: PersonNames
    let wording: ConsentWording

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let handle = try ParameterList.query(request).single("request")
        return try await frame.open(handle, request, context) { waiting in
            let context = frame.language(context, request, waiting.authorization)
            return try await frame.advance(waiting, context) { interaction in
                guard interaction == .consent else { return nil }
                return try frame.renderer.render(
                    "identity/consent", try await page(waiting, context), titleKey: "identity.consent.title",
                    context: context)
            }
        }
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        let decision = try form.required("decision")
        let mark = try form.single("session")
        return try await frame.open(try form.single("request"), request, context) { waiting in
            // Nobody allows anything in the name of who signed in meanwhile in another tab.
            guard mark == names.mark(of: waiting.session) else { return frame.redirect(to: .consent, waiting.handle) }
            guard decision == "allow" else {
                let refused = OAuthError(.accessDenied, "the person did not allow it")
                return try await frame.refuse(waiting, with: refused, context)
            }
            let items = ConsentItem.all(of: waiting.authorization)
            return try await frame.advance(waiting, consenting: items, context) { _ in nil }
        }
    }

    private func page(_ waiting: InteractionFrame.Waiting, _ context: WebContext) async throws -> ConsentPage {
        let items = ConsentItem.all(of: waiting.authorization)
        return ConsentPage(
            request: waiting.handle, session: names.mark(of: waiting.session),
            account: try await names.masked(waiting.session.personID),
            system: try await wording.system(waiting.client, context.locale),
            gives: wording.lines(items, context.locale), lasts: items.contains(.scope("offline_access")))
    }
}

/// Model of `identity/consent`.
struct ConsentPage: Sendable {
    let request: String
    /// Names the session without telling its id.
    let session: String
    /// A masked name.
    let account: String
    let system: SystemCard
    let gives: [String]
    /// Access goes on after the person has signed out.
    let lasts: Bool
}
