import Core
import HTTPTypes
import Hummingbird

/// Refuses a path and query that are longer than anything of ours (RFC 9110 §15.5.15).
struct AddressLength: RouterMiddleware {
    let limit: Int

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= limit else { throw Problem(.uriTooLong) }
        return try await next(request, context)
    }
}
