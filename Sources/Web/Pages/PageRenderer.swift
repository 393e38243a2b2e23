package import Core
package import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Renders templates into pages in the reader's language.
package struct PageRenderer: Sendable {
    package let library: PageLibrary
    package let files: StaticLibrary
    private var settings = WebSettings(publicURL: "http://localhost")
    private var forms: FormGuard?

    package init(library: PageLibrary, files: StaticLibrary) {
        self.library = library
        self.files = files
    }

    /// Loads everything from the resources folder.
    ///
    /// - Throws: `PageFault` with all that is wrong in it.
    package static func load(_ settings: WebSettings) throws -> PageRenderer {
        let directory = try WebResources.locate(settings.resourcesDirectory)
        return PageRenderer(
            library: try PageLibrary(directory: directory), files: try StaticLibrary(directory: directory + "/Static"))
    }

    func bound(to settings: WebSettings, forms: FormGuard) -> PageRenderer {
        var copy = self
        copy.settings = settings
        copy.forms = forms
        return copy
    }

    /// A text in the reader's language, with `{{name}}` replaced.
    package func text(_ key: String, _ locale: WebLocale, _ values: [String: String] = [:]) -> String {
        library.texts[locale]?.text(key, values) ?? key
    }

    /// - Parameters:
    ///   - template: `booking/slots`.
    ///   - model: a struct named after the template; its members are the template's variables.
    ///   - titleKey: locale key of the title.
    ///   - title: a title that is no fixed text, instead of `titleKey`.
    package func render(
        _ template: String, _ model: any Sendable, titleKey: String = "web.title", title: String? = nil,
        context: WebContext, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let chrome = PageChrome(
            context: context, title: title ?? text(titleKey, context.locale), forms: forms, settings: settings,
            asset: files.prefix)
        let root = PageRoot(chrome: chrome, model: model)
        guard let html = library.render(template, locale: context.locale, object: root) else {
            throw PageFault("there is no template \(template)")
        }
        var response = Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentLanguage: context.locale.rawValue,
                .cacheControl: "no-store",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        if chrome.usedToken.load(ordering: .relaxed) { forms?.setCookie(for: context, on: &response) }
        return response
    }

    /// Who was too fast is told the seconds to wait.
    private func advice(_ problem: Problem, _ key: String, _ locale: WebLocale) -> String {
        let advice = text(key + ".advice", locale)
        let wait = problem.headers.first { $0.name.lowercased() == "retry-after" }?.value
        guard problem.kind == .tooManyRequests, let wait else { return advice }
        return advice + text("web.problem.retry-after", locale, ["seconds": wait])
    }

    /// Another account can help only where the one that is signed in was not enough. A browser that was enrolled as a
    /// machine has a way on too: its screens are elsewhere, and somebody at this page has a keyboard.
    private func otherAccountURL(_ problem: Problem, _ screen: ErrorScreen, _ context: WebContext) -> String? {
        guard problem.kind == .forbidden || problem.kind == .insufficientScope, screen == .page,
            context.pageSession != nil
        else { return nil }
        return "/auth/sign-in?prompt=select_account&return=" + PercentDecoding.escape(context.target)
    }

    /// A friendly page for a problem; never shows internals or repeats input.
    package func errorPage(_ problem: Problem, context: WebContext) -> Response {
        let prefix = "web.problem." + problem.kind.name
        let isKnown = library.texts[context.locale]?.strings[prefix + ".title"] != nil
        let key = isKnown ? prefix : "web.problem.status-\(problem.kind.status / 100)xx"
        let screen = ErrorScreen(path: String(context.target.prefix { $0 != "?" }))
        let model = ErrorPage(
            status: problem.kind.status, heading: text(key + ".title", context.locale),
            advice: advice(problem, key, context.locale), code: problem.kind.name,
            requestId: problem.kind.status >= 500 ? context.id : nil,
            retry: problem.kind.status == 503 || problem.kind.status == 429 || problem.kind == .forgery,
            otherAccountURL: otherAccountURL(problem, screen, context), idle: screen.idle,
            endURL: screen.endURL(target: context.target), recovers: problem.kind.recovers,
            scan: screen == .kiosk ? KioskScan(context.principal, key: context.id) : nil)
        let status = HTTPResponse.Status(code: problem.kind.status)
        do {
            var response = try render(screen.template, model, title: model.heading, context: context, status: status)
            response.add(problem.headers)
            return response
        } catch {
            context.logger.error("the error page cannot be rendered", metadata: ["error": "\(error)"])
            return .text(problem.kind.title, status: status)
        }
    }
}
