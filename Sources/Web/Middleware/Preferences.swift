import HTTPTypes
package import Hummingbird

/// Language and elder mode of a reader.
package struct Preferences: Sendable {
    static let localeNoun = "locale"
    static let elderNoun = "elder"

    let cookies: CookiePolicy

    /// `?lang`, then the cookie, then `Accept-Language`, then Chinese.
    func locale(of request: Request) -> WebLocale {
        if Preferences.areStated(in: request), let query = request.uri.query,
            let tag = try? ParameterList(query: query).single("lang"), let locale = WebLocale(tag: tag)
        {
            return locale
        }
        if let tag = cookies.read(Preferences.localeNoun, from: request), let locale = WebLocale(rawValue: tag) {
            return locale
        }
        if let accepted = request.headers[.acceptLanguage], let locale = WebLocale(acceptLanguage: accepted) {
            return locale
        }
        return .zhHans
    }

    /// Whether the address itself names a language. By bytes: every page asks.
    package static func areStated(in request: Request) -> Bool {
        guard let query = request.uri.query else { return false }
        return query.utf8.split(separator: UInt8(ascii: "&")).contains { $0.starts(with: "lang=".utf8) }
    }

    /// Fills in what HTML needs.
    func apply(to context: inout WebContext, from request: Request) {
        context.locale = locale(of: request)
        context.elder = cookies.read(Preferences.elderNoun, from: request) == "1"
        context.target = Preferences.target(of: request)
    }

    /// An address that links on the page lead back to; beyond this it is no page of ours.
    private static let longestTarget = 4096

    /// Path and query without `lang`, which would outvote the cookie on the way back.
    private static func target(of request: Request) -> String {
        guard request.uri.string.utf8.count <= longestTarget else { return "/" }
        guard areStated(in: request), let query = request.uri.query else { return request.uri.string }
        let kept = query.split(separator: "&").filter { !$0.hasPrefix("lang=") }
        return request.uri.path + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }
}

/// Reads language, elder mode and the CSRF cookie on HTML surfaces.
struct PreferencesReading: RouterMiddleware {
    let preferences: Preferences
    let forms: FormGuard

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard context.surface.isHTML else { return try await next(request, context) }
        var context = context
        preferences.apply(to: &context, from: request)
        context.forgeryHandle = forms.handle(for: request)
        return try await next(request, context)
    }
}
