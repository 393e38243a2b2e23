import Core
import Hummingbird
import Web

/// `/account/access`: which systems may have something of me, and how I take it back. Stands on the
/// identity provider's own session, like the account page.
struct AccessEndpoint: Sendable {
    private static let signIn = "/auth/sign-in?return=%2Faccount%2Faccess"
    let registry: ConsentRegistry
    let clients: ClientDirectory
    let browsers: BrowserSessions
    let wording: ConsentWording
    let renderer: PageRenderer

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let session = try await browsers.session(of: request) else {
            return Response.redirect303(Self.signIn).withNoStore()
        }
        var systems = [AccessPage.System]()
        for entry in try await registry.list(of: session.personID) {
            guard let client = try await clients.find(entry.clientID) else { continue }
            systems.append(
                AccessPage.System(
                    card: try await wording.system(client, context.locale), since: AccountPage.time(entry.since),
                    gives: wording.lines(entry.items.compactMap(ConsentItem.init), context.locale),
                    lasts: entry.lasts))
        }
        return try renderer.render(
            "identity/access", AccessPage(systems: systems, isEmpty: systems.isEmpty),
            titleKey: "identity.access.title", context: context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        guard let session = try await browsers.session(of: request) else {
            return Response.redirect303(Self.signIn).withNoStore()
        }
        let client = try form.required("client")
        try await registry.withdraw(client, of: session.personID, by: session.personID)
        return Response.redirect303("/account/access").withNoStore()
    }
}

/// Model of `identity/access`.
struct AccessPage: Sendable {
    struct System: Sendable {
        let card: SystemCard
        let since: String
        let gives: [String]
        let lasts: Bool
    }

    let systems: [System]
    let isEmpty: Bool
}
