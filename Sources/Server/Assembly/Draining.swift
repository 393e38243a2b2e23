import Logging
import ServiceLifecycle
import Synchronization

/// Whether this process still wants requests.
final class ServingState: Sendable {
    private let draining = Atomic(false)

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func drain() { draining.store(true, ordering: .relaxed) }
}

/// The first step of stopping: readiness turns to 503 while requests are still served, so that a load balancer sends no
/// more of them; after the pause the server stops accepting and finishes what it has.
struct Draining: Service {
    let state: ServingState
    let pause: Duration
    let logger: Logger

    func run() async throws {
        guard (try? await gracefulShutdown()) != nil else { return }
        state.drain()
        logger.notice("draining", metadata: ["seconds": "\(pause.components.seconds)"])
        if pause > .zero { try? await Task.sleep(for: pause) }
    }
}
