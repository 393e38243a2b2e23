import HTTPTypes
import Hummingbird

/// CORS (Fetch standard) for the API and the protocol endpoints, which look at no cookies; pages and
/// the authorization endpoint never have it (identity rule 8).
struct CrossOrigin: RouterMiddleware {
    let allowed: Set<String>

    init(allowed: [String]) {
        self.allowed = Set(allowed)
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard context.surface == .api || context.surface == .protocol else { return try await next(request, context) }
        var response = try await next(request, context)
        let origin = request.headers[.origin]
        // Said to everybody, with or without an origin: caches keep one answer for all.
        if allowed.contains("*") {
            response.headers[.accessControlAllowOrigin] = "*"
        } else {
            response.headers.append(HTTPField(name: .vary, value: "Origin"))
            guard let origin, allowed.contains(origin) else { return response }
            response.headers[.accessControlAllowOrigin] = origin
        }
        guard origin != nil else { return response }
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response.headers[.accessControlAllowMethods] = response.headers[.allow]
            response.headers[.accessControlAllowHeaders] =
                "Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] =
                "WWW-Authenticate, Retry-After, Location, DPoP-Nonce, ETag, Content-Disposition"
        }
        return response
    }
}
