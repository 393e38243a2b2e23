import Catalogue
import Core
import Hummingbird
import Web

/// `GET` and `POST /step-up`: the system needs a level of assurance that none of the person's ways of
/// signing in gives. Says how to reach it and at which counters, and takes the person back to the
/// system with `unmet_authentication_requirements` when they ask for it.
struct StepUpEndpoint: Sendable {
    private static let hallsShown = 6
    let frame: InteractionFrame
    let catalogue: Catalogue

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let handle = try ParameterList.query(request).single("request")
        return try await frame.open(handle, request, context) { waiting in
            let context = frame.language(context, request, waiting.authorization)
            return try await frame.advance(waiting, context) { interaction in
                guard case .stepUp(let level) = interaction else { return nil }
                return try frame.renderer.render(
                    "identity/step-up", page(waiting, level, context), titleKey: "identity.step-up.title",
                    context: context)
            }
        }
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        return try await frame.open(try form.single("request"), request, context) { waiting in
            try await frame.refuse(waiting, with: .unmetLevel, context)
        }
    }

    private func page(_ waiting: InteractionFrame.Waiting, _ level: AssuranceLevel, _ context: WebContext)
        -> StepUpPage
    {
        let language = context.locale.rawValue
        let halls = catalogue.current.halls.filter { $0.level == .city }.prefix(Self.hallsShown)
        func text(_ key: String) -> String { frame.renderer.text("identity.step-up." + key, context.locale) }
        return StepUpPage(
            request: waiting.handle, clientName: waiting.client.label(context.locale),
            level: text("level." + level.rawValue),
            present: text("level." + waiting.session.acr.rawValue), way: text("way." + level.rawValue),
            halls: halls.map {
                StepUpPage.Hall(
                    id: $0.id, name: $0.name.text(language: language), address: $0.address.text(language: language))
            }, hasHalls: !halls.isEmpty)
    }
}

/// Model of `identity/step-up`.
struct StepUpPage: Sendable {
    struct Hall: Sendable {
        let id: String
        let name: String
        let address: String
    }

    let request: String
    let clientName: String
    /// The level needed, in words.
    let level: String
    /// What this session has.
    let present: String
    /// How to reach the level.
    let way: String
    let halls: [Hall]
    let hasHalls: Bool
}
