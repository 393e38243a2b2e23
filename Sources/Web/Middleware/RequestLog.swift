import Core
import HTTPTypes
import Hummingbird
import Logging

/// One structured line per request: method, route (never the path or query, which may hold codes
/// and identifiers), status and milliseconds. Also finds the route and its surface for all that follow.
struct RequestLog: RouterMiddleware {
    let sink: LogSink?
    let limit: Int
    let table: RouteTable

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.route = table[context.endpointPath]
        context.surface = surface(of: request, context: context)
        let response: Response
        if request.uri.string.utf8.count > limit {
            response = .problem(Problem(.uriTooLong))
        } else {
            response = try await next(request, context)
        }
        log(request, context: context, status: response.status.code, took: ContinuousClock.now - start)
        return response
    }

    private func surface(of request: Request, context: WebContext) -> Surface {
        if let route = context.route { return route.surface }
        let path = request.uri.path
        return table.methods(at: path).surface ?? Surface.guess(path: path, accept: request.headers[.accept])
    }

    private func log(_ request: Request, context: WebContext, status: Int, took: Duration) {
        let route = context.route?.path ?? "none"
        if let sink {
            guard context.logger.logLevel <= .info else { return }
            sink.request(
                id: context.id, method: request.method.rawValue, route: route, status: status, took: took)
        } else {
            context.logger.info(
                "request",
                metadata: [
                    "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(status)",
                    "ms": "\(took.milliseconds)",
                ])
        }
    }
}
