import Core
import Hummingbird

/// `/preferences?lang=en&elder=1&return=/path` keeps a reader's choice in cookies. A GET link works
/// without scripts; what it changes is harmless.
struct PreferencesRoutes {
    let cookies: CookiePolicy
    private static let lifetime = Duration.days(365)

    func addRoutes(to router: WebRouter) {
        router.pages.get("/preferences") { request, _ in
            answer(try ParameterList.query(request))
        }
        router.pages.post("/preferences") { request, _ in
            answer(try await ParameterList.form(request))
        }
    }

    private func answer(_ parameters: ParameterList) -> Response {
        let target = ReturnPath((try? parameters.single("return")) ?? "/") ?? .home
        var response = Response.redirect303(target.text)
        if let tag = try? parameters.single("lang"), let locale = WebLocale(tag: tag) {
            cookies.set(Preferences.localeNoun, to: locale.rawValue, lifetime: Self.lifetime, on: &response)
        }
        if let elder = try? parameters.single("elder") {
            cookies.set(Preferences.elderNoun, to: elder == "1" ? "1" : "0", lifetime: Self.lifetime, on: &response)
        }
        return response
    }
}
