import Core
import Cryptography
import HTTPTypes
import Hummingbird
import Storage
import Web

/// The browser's side of an `SSOSession`: the session cookie, and the long-lived device cookie by
/// which a returning browser is told from a stranger's.
struct BrowserSessions: Sendable {
    private static let sessionNoun = "sso"
    private static let deviceNoun = "device"
    private static let deviceLifetime = Duration.days(365)
    /// What servers and proxies in front take without being told.
    private static let longestQuery = 6_000

    let database: any Database
    let crypto: any CryptoProvider
    let cookies: CookiePolicy
    let surroundings: Surroundings

    /// The handle as sent; says nothing about whether it is good.
    func handle(of request: Request) -> String? {
        cookies.read(Self.sessionNoun, from: request).flatMap { $0.utf8.count == 43 ? $0 : nil }
    }

    /// A form that another site's page posted comes without our cookies (`SameSite=Lax`), so it cannot be told whether
    /// anybody is signed in. The browser is asked to come again by a link, which brings them.
    ///
    /// - Returns: `nil` for a form that came with a session, and for one too long for an address.
    func repeated(_ form: ParameterList, at request: Request) -> Response? {
        guard handle(of: request) == nil else { return nil }
        let query = form.encoded
        guard query.utf8.count <= Self.longestQuery else { return nil }
        return Response.redirect303(request.uri.path + "?" + query).withNoStore()
    }

    /// - Returns: `nil` for visitors and for sessions that have ended.
    func session(of request: Request) async throws -> SSOSession? {
        guard let handle = handle(of: request) else { return nil }
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        return try await database.read { try SSOSessionStore.find(handleHash: hash, at: now, in: $0) }
    }

    /// The session without a look at the database, for whoever is about to look there anyway.
    func atHand(of request: Request) -> SessionAtHand {
        handle(of: request).map { .handle(crypto.digest($0), at: surroundings.now()) } ?? .none
    }

    /// For signing out: the session even when it has gone idle or too old, as long as nobody has ended it.
    func unendedSession(of request: Request) async throws -> SSOSession? {
        guard let handle = handle(of: request) else { return nil }
        let hash = crypto.digest(handle)
        return try await database.read { try SSOSessionStore.findOpen(handleHash: hash, in: $0) }
    }

    /// The reader has picked a language here; a wish that a system passes on does not outvote it.
    func hasChosenLocale(_ request: Request) -> Bool {
        cookies.read("locale", from: request) != nil || Preferences.areStated(in: request)
    }

    /// The language that a system asks for by `ui_locales`, unless the reader has picked one here.
    func language(_ context: WebContext, _ request: Request, wish: String?) -> WebContext {
        guard let wish, let locale = WebLocale(uiLocales: wish), !hasChosenLocale(request) else { return context }
        var context = context
        context.locale = locale
        return context
    }

    func keep(_ handle: Secret<String>, on response: inout Response) {
        cookies.set(Self.sessionNoun, to: handle.reveal(), on: &response)
    }

    func forget(on response: inout Response) {
        cookies.remove(Self.sessionNoun, on: &response)
        SessionState.forget(cookies, on: &response)
    }

    /// The browser's device handle; a new one where it has none.
    func device(of request: Request) -> String {
        cookies.read(Self.deviceNoun, from: request).flatMap { $0.utf8.count == 43 ? $0 : nil }
            ?? surroundings.newHandle()
    }

    func keepDevice(_ device: String, on response: inout Response) {
        cookies.set(Self.deviceNoun, to: device, lifetime: Self.deviceLifetime, on: &response)
    }
}

/// `Firefox · Windows` from the `User-Agent` header, for the person's own list of devices.
enum DeviceLabel {
    private static let browsers = [
        ("MicroMessenger", "微信"), ("AlipayClient", "支付宝"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"),
        ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
    ]
    private static let systems = [
        ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
        ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]

    static func make(_ userAgent: String?) -> String {
        let text = (userAgent ?? "").prefix(512)
        let browser = browsers.first { text.contains($0.0) }?.1
        let system = systems.first { text.contains($0.0) }?.1
        return [browser, system].compactMap { $0 }.joined(separator: " · ")
    }
}
