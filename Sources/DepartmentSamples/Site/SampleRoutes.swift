import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// All paths of the sample sites: `/`, `/style.css`, and one folder for each department.
struct SampleRoutes: Sendable {
    let offices: [RelyingParty]
    let provider: IdentityProvider
    let logger: Logger

    func buildResponder() -> some HTTPResponder<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: UnknownPages(departments: offices.map(\.department)))
        router.get("/") { request, _ in
            IndexPage.answer(offices.map(\.department), language: request.language, asked: request.fields["lang"])
        }
        router.get("style.css") { _, _ in Answer.styleSheet() }
        router.get("health") { _, _ in Answer.json("{\"status\":\"ok\"}", status: .ok) }
        for office in offices {
            let routes = OfficeRoutes(
                office: office, neighbours: offices.map(\.department).filter { $0.slug != office.department.slug },
                logger: logger)
            routes.add(to: router.group("\(office.department.slug)"))
        }
        return router.buildResponder()
    }
}

extension IndexPage {
    static func answer(_ departments: [Department], language: Language, asked: String?) -> Response {
        var response = Answer.page(
            render(departments, title: Words.indexTitle, text: Words.indexText, language: language), language: language)
        if asked != nil { response.setCookie(LanguageCookie.make(language)) }
        return response
    }
}

/// Remembers the language a person chose by the link.
enum LanguageCookie {
    static func make(_ language: Language) -> Cookie {
        Cookie(
            name: "sample_language", value: language.rawValue, maxAge: 365 * 86_400, path: "/", httpOnly: true,
            sameSite: .lax)
    }
}

/// A page in place of an empty 404.
struct UnknownPages: RouterMiddleware {
    let departments: [Department]

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let page = IndexPage.render(
                departments, title: Words.notFoundTitle, text: Words.indexText, language: request.language)
            return Answer.page(page, status: .notFound, language: request.language)
        }
    }
}
