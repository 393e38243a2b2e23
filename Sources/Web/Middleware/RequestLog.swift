import Core
import HTTPTypes
import Hummingbird
import Logging

/// One structured line per request: method, route (never the path or query, which may hold codes
/// and identifiers), status and milliseconds. Also finds the route and its surface for all that follow.
struct RequestLog: RouterMiddleware {
    let sink: LogSink?
    let table: RouteTable

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.route = table[context.endpointPath]
        context.surface = surface(of: request, context: context)
        let response = try await next(request, context)
        log(request, context: context, status: response.status.code, took: ContinuousClock.now - start)
        return closing(response, after: request)
    }

    /// The framework reads the rest of a body that nobody wanted, however long it is; a connection whose
    /// sender goes on after a refusal is closed instead.
    private func closing(_ response: Response, after request: Request) -> Response {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        let isEndless = length.map { $0 > RequestLog.drained } ?? true
        guard response.status == .requestTimeout || response.status == .contentTooLarge && isEndless else {
            return response
        }
        var response = response
        response.headers[.connection] = "close"
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            throw ConnectionRefused()
        }
        return response
    }

    private static let drained = 1 << 20

    /// Thrown after the answer is written, which makes the server close the connection.
    private struct ConnectionRefused: Error {}

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
                id: context.id, trace: context.traceID, method: request.method.rawValue, route: route, status: status,
                took: took)
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
