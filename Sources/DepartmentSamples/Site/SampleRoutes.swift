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
        // Last, as it has to know the routes; what no route answers comes by here all the same.
        router.add(
            middleware: UnknownPages(departments: offices.map(\.department), offers: MethodsOffered(router.routes)))
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

/// The methods of each path, for the answer to another one (RFC 9110 §15.5.6).
struct MethodsOffered: Sendable {
    private var byPath: [String: Set<HTTPRequest.Method>] = [:]

    init(_ routes: [Router<BasicRequestContext>.RouteDescription]) {
        for route in routes {
            let key = MethodsOffered.key("\(route.path)")
            byPath[key, default: []].insert(route.method)
            // The router makes these itself.
            if route.method == .get { byPath[key, default: []].insert(.head) }
        }
    }

    /// The value of `Allow`; `nil` where nothing is.
    func allow(at path: String) -> String? {
        byPath[MethodsOffered.key(path)]?.map(\.rawValue).sorted().joined(separator: ", ")
    }

    /// The router takes a path with and without a slash at its end for one.
    private static func key(_ path: String) -> String {
        path.split(separator: "/").joined(separator: "/")
    }
}

/// A page in place of an empty 404, or 405 where the path is good and the method is not.
struct UnknownPages: RouterMiddleware {
    let departments: [Department]
    let offers: MethodsOffered

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let allow = offers.allow(at: request.uri.path)
            let page = IndexPage.render(
                departments, title: allow == nil ? Words.notFoundTitle : Words.wrongMethodTitle, text: Words.indexText,
                language: request.language)
            var response = Answer.page(
                page, status: allow == nil ? .notFound : .methodNotAllowed, language: request.language)
            if let allow { response.headers[.allow] = allow }
            return request.method == .head ? response.createHeadResponse() : response
        }
    }
}
