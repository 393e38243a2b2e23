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
        guard context.surface == .api || context.surface == .protocol, let origin = request.headers[.origin] else {
            return try await next(request, context)
        }
        let all = allowed.contains("*")
        guard all || allowed.contains(origin) else { return try await next(request, context) }
        var response = try await next(request, context)
        response.headers[.accessControlAllowOrigin] = all ? "*" : origin
        if !all { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response.headers[.accessControlAllowMethods] = response.headers[.allow]
            response.headers[.accessControlAllowHeaders] =
                "Authorization, Content-Type, DPoP, Idempotency-Key, If-Match, Last-Event-ID"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] = "WWW-Authenticate, Retry-After, Location, DPoP-Nonce, ETag"
        }
        return response
    }
}
