import Core
package import CoreMetrics

/// How long sign-outs take to reach the last system, for swift-metrics: `logout_seconds` by outcome, once for each
/// sign-out.
package struct LogoutTimes: Sendable {
    /// A system that is down is told hours later, so this timer needs wider buckets than those of requests.
    package static let label = "logout"

    private let told: Timer
    private let givenUp: Timer

    /// - Parameter factory: where the times go; without a backend they go nowhere.
    package init(factory: any MetricsFactory = MetricsSystem.factory) {
        told = Timer(label: Self.label, dimensions: [("outcome", "told")], factory: factory)
        givenUp = Timer(label: Self.label, dimensions: [("outcome", "given-up")], factory: factory)
    }

    func record(_ end: LogoutEnd) {
        (end.isComplete ? told : givenUp).recordNanoseconds(max(0, end.took.milliseconds) * 1_000_000)
    }
}

/// The moment at which the last system of a sign-out has been told, or given up.
struct LogoutEnd: Sendable, Hashable {
    /// From the sign-out on.
    let took: Duration
    /// Whether every system was told.
    let isComplete: Bool
}
