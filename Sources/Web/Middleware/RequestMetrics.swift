import HTTPTypes
import Hummingbird

/// Counts and times requests by route, method and status class.
struct RequestMetrics: RouterMiddleware {
    let registry: MetricsRegistry?
    private let histograms: RequestHistograms?

    init(registry: MetricsRegistry?) {
        self.registry = registry
        histograms = registry.map { RequestHistograms(registry: $0) }
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let histograms else { return try await next(request, context) }
        let start = ContinuousClock.now
        histograms.active.add(1)
        defer { histograms.active.add(-1) }
        let response = try await next(request, context)
        histograms.record(
            route: context.route, method: request.method, status: response.status.code,
            took: ContinuousClock.now - start)
        return response
    }
}
