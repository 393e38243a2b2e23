import Core
import Cryptography
import Hummingbird
import Storage
import Web

/// What a browser sees after a sign-out: which systems are out, and the way back.
///
/// Systems with a front channel are loaded in frames (OpenID Connect Front-Channel Logout 1.0 §3); those
/// with a back channel report in by themselves, and the page asks until all have. A sealed cookie names
/// the sign-out, so that the page can be asked for again and the address says nothing about anybody. It names the
/// systems without a back channel too, of which no delivery is on record.
struct SignedOutPages: Sendable {
    static let path = "/oauth2/logout/done"
    private static let noun = "signed-out"
    private static let cookieLife = Duration.minutes(10)
    /// Systems named in the cookie; with ids of full length it stays below 2,000 bytes.
    private static let mostNamed = 10
    /// After this long the page stops asking by itself; the back channel goes on without it.
    static let patience = Duration.seconds(30)

    let database: any Database
    let crypto: any CryptoProvider
    let clients: ClientDirectory
    let cookies: CookiePolicy
    let renderer: PageRenderer
    let issuer: String
    let surroundings: Surroundings

    /// - Parameters:
    ///   - destination: where the asking system wants the browser; at once, unless there are frames to load.
    ///   - isOut: whether this browser is signed out here too, and not of single systems alone.
    func answer(_ ended: EndedSessions, destination: String?, isOut: Bool = true, context: WebContext) async throws
        -> Response
    {
        let frames = FrontchannelLogout(issuer: issuer).frames(of: ended)
        if frames.isEmpty, let destination { return Response.redirect303(destination).withNoStore() }
        let others = ended.systems.filter { $0.clientID != Client.ownPagesID }
        let told = try await told(others.map { ($0.clientID, $0.isTold ? .waiting : nil) }, context)
        let isAwaited = told?.anyIsWaiting == true
        let page = SignedOutPage(
            told: told, isOut: isOut, frames: frames, destination: destination,
            again: isAwaited && destination == nil ? Self.path : nil, asksItself: true)
        var response = try render(page, context)
        if isAwaited {
            let silent = others.filter { !$0.isTold }.map(\.clientID).prefix(Self.mostNamed)
            let sealed = try crypto.seal(([ended.logoutID] + silent).joined(separator: "\n"), context: Self.noun)
            cookies.set(Self.noun, to: sealed, lifetime: Self.cookieLife, on: &response)
        }
        return response
    }

    /// `GET /oauth2/logout/done`: the same page with what is known by now.
    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let sealed = cookies.read(Self.noun, from: request),
            let opened = try? crypto.open(sealed, context: Self.noun)
        else { return try render(SignedOutPage(), context) }
        let lines = String(decoding: opened, as: UTF8.self).split(separator: "\n").map(String.init)
        guard let logout = lines.first else { return try render(SignedOutPage(), context) }
        let deliveries = try await database.read { try LogoutDeliveryStore.list(logout: logout, in: $0) }
        let told = try await told(
            deliveries.map { ($0.clientID, $0.state) } + lines.dropFirst().map { ($0, nil) }, context)
        let isFresh = deliveries.contains { $0.endedAt + Self.patience > surroundings.now() }
        return try render(
            SignedOutPage(told: told, again: told?.anyIsWaiting == true ? Self.path : nil, asksItself: isFresh),
            context)
    }

    private func told(
        _ states: [(client: String, state: LogoutDelivery.State?)], _ context: WebContext
    ) async throws -> ToldSystems? {
        var systems = [ToldSystems.System]()
        for (client, state) in states {
            systems.append(
                ToldSystems.System(name: try await clients.label(of: client, context.locale), state: state))
        }
        return ToldSystems(systems)
    }

    private func render(_ page: SignedOutPage, _ context: WebContext) throws -> Response {
        try renderer.render(
            "identity/signed-out", page, titleKey: "identity.signed-out.title", context: context
        ).allowing(frames: page.frames)
    }
}

/// Model of `identity/signed-out`.
struct SignedOutPage: Sendable {
    var told: ToldSystems?
    var isOut = true
    var frames = [String]()
    var destination: String?
    /// Where to ask for news.
    var again: String?
    /// Whether the page does so by itself, where scripts run.
    var asksItself = false
}
