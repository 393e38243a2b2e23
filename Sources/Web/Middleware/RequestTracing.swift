import HTTPTypes
import Hummingbird
import Logging
import Tracing

/// One span per request, named after its route, as the child of the caller's `traceparent`; its trace id stands in every
/// log line of the request. Without a recorder nothing is done at all.
struct RequestTracing: RouterMiddleware {
    let recorder: SpanRecorder?
    let table: RouteTable

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let recorder else { return try await next(request, context) }
        var parent = InstrumentationContext.topLevel
        recorder.extract(request.headers, into: &parent, using: HeaderExtractor())
        let route = table[context.endpointPath]?.path
        let method = RequestTracing.method(request)
        let span = recorder.startSpan(
            route.map { method + " " + $0 } ?? method, context: parent, ofKind: .server, at: DefaultTracerClock.now,
            function: #function, file: #fileID, line: #line)
        defer { span.end() }
        var context = context
        context.traceID = span.context.traceParent?.traceID
        context.logger[metadataKey: "trace"] = context.traceID.map { "\($0)" }
        do {
            let response = try await InstrumentationContext.withValue(span.context) { try await next(request, context) }
            describe(span, method, route, response.status.code)
            return response
        } catch {
            span.recordError(error)
            throw error
        }
    }

    /// Route and status only: a path or a query may hold codes and identifiers.
    private func describe(_ span: RecordedSpan, _ method: String, _ route: String?, _ status: Int) {
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method
            if let route { attributes["http.route"] = route }
            attributes["http.response.status_code"] = status
        }
        if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
    }

    /// A method that is not ours is a caller's free text.
    private static func method(_ request: Request) -> String {
        switch request.method {
        case .get, .head, .post, .put, .patch, .delete, .options: request.method.rawValue
        default: "_OTHER"
        }
    }
}

private struct HeaderExtractor: Extractor {
    func extract(key: String, from carrier: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { carrier[$0] }
    }
}
