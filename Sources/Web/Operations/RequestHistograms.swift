import Core
import HTTPTypes
import Synchronization

/// The request metrics, kept as handles so that a request looks nothing up by label.
final class RequestHistograms: Sendable {
    let active: Gauge
    private let registry: MetricsRegistry
    private let handles = Mutex<[Key: Histogram]>([:])

    private struct Key: Hashable {
        let route: ObjectIdentifier?
        let method: HTTPRequest.Method
        let statusClass: Int
    }

    init(registry: MetricsRegistry) {
        self.registry = registry
        active = registry.gauge("http_server_active_requests", [])
    }

    func record(route: RouteEntry?, method: HTTPRequest.Method, status: Int, took: Duration) {
        // Unknown methods are a caller's free text and would grow the output without end.
        let known = RequestHistograms.methods.contains(method)
        let key = Key(
            route: route.map(ObjectIdentifier.init), method: known ? method : .trace, statusClass: status / 100)
        let histogram = handles.withLock { handles in
            if let found = handles[key] { return found }
            let made = registry.histogram(
                "http_server_request_duration_seconds",
                [
                    ("method", known ? method.rawValue : "other"), ("route", route?.path ?? "none"),
                    ("status", "\(status / 100)xx"),
                ], buckets: Histogram.times, scale: 1)
            handles[key] = made
            return made
        }
        histogram.record(Double(took.microseconds) * 1e-6)
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
}
