import Core
import Cryptography
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// The public reads of the catalogue: from memory, with an entity tag, and from the recent answers
/// when the same was asked just before.
struct CatalogueAPI {
    /// A cache may answer for a second without asking: no reader is further behind than a refresh is.
    private static let cacheControl = "public, max-age=1, must-revalidate"

    let catalogue: Catalogue
    let surroundings: Surroundings
    private let answers = RecentAnswers()

    init(catalogue: Catalogue, surroundings: Surroundings) {
        self.catalogue = catalogue
        self.surroundings = surroundings
    }

    func addRoutes(to api: RouterGroup<WebContext>) {
        api.get("/api/v1/items") { request, _ in
            try respond(request, key: "items?" + (request.uri.query ?? "")) { snapshot in
                try ItemListEndpoint().answer(CatalogueFilter(query: request.uri.query, snapshot: snapshot))
            }
        }
        api.get("/api/v1/items/{item}") { request, context in
            let id = try context.pathParameter("item", max: 64)
            return try respond(request, key: "item/" + id) { snapshot in
                guard let item = snapshot.item(id) else { throw Problem(.notFound, "There is no such item") }
                return ItemEndpoint().answer(item, in: snapshot)
            }
        }
        api.get("/api/v1/halls") { request, _ in
            try respond(request, key: "halls?" + (request.uri.query ?? "")) { snapshot in
                try HallListEndpoint().answer(CatalogueFilter(query: request.uri.query, snapshot: snapshot))
            }
        }
        api.get("/api/v1/halls/{hall}") { request, context in
            let id = try context.pathParameter("hall", max: 64)
            let today = ProvinceTime.date(of: surroundings.now())
            return try respond(request, key: "hall/\(today)/" + id) { snapshot in
                guard let hall = snapshot.hall(id) else { throw Problem(.notFound, "There is no such hall") }
                return HallEndpoint().answer(hall, today: today, in: snapshot)
            }
        }
    }

    private func respond(
        _ request: Request, key: String, make: (CatalogueSnapshot) throws -> [UInt8]
    ) throws -> Response {
        let snapshot = catalogue.current
        let answer: RecentAnswers.Answer
        if let recent = answers.answer(for: key, edition: snapshot.edition) {
            answer = recent
        } else {
            let body = try make(snapshot)
            answer = RecentAnswers.Answer(
                body: ByteBuffer(bytes: body), tag: "\"" + ContentDigest.of(body).prefix(22) + "\"")
            answers.keep(answer, for: key, edition: snapshot.edition)
        }
        let headers: HTTPFields = [.eTag: answer.tag, .cacheControl: CatalogueAPI.cacheControl]
        if CatalogueAPI.has(request.headers[.ifNoneMatch], tag: answer.tag) {
            return Response(status: .notModified, headers: headers)
        }
        var response = Response.json(buffer: answer.body)
        response.headers[.eTag] = answer.tag
        response.headers[.cacheControl] = CatalogueAPI.cacheControl
        return response
    }

    /// Whether `If-None-Match` names the tag, compared weakly (RFC 9110 §13.1.2).
    private static func has(_ condition: String?, tag: String) -> Bool {
        guard let condition else { return false }
        return condition.split(separator: ",").contains { part in
            let part = part.drop(while: \.isWhitespace)
            return part == "*" || (part.hasPrefix("W/") ? part.dropFirst(2) : part).hasPrefix(tag)
        }
    }
}
