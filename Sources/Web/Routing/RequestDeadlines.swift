import Core
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Answers requests that take too long, and cancels what still works on them.
///
/// One service looks over all requests in flight twice a second; a timer per request would cost more
/// than most requests do.
final class RequestDeadlines: Service {
    private let limit: Duration
    private let shards: [Shard]

    private final class Shard: Sendable {
        let flights = Mutex<[ObjectIdentifier: Flight]>([:])
    }

    init(limit: Duration) {
        self.limit = limit
        shards = (0..<8).map { _ in Shard() }
    }

    func begin(_ flight: Flight) {
        let id = ObjectIdentifier(flight)
        shard(id).flights.withLock { $0[id] = flight }
    }

    func end(_ flight: Flight) {
        let id = ObjectIdentifier(flight)
        shard(id).flights.withLock { _ = $0.removeValue(forKey: id) }
    }

    private func shard(_ id: ObjectIdentifier) -> Shard {
        shards[(UInt(bitPattern: id) >> 5).hashValue & 7]
    }

    func run() async throws {
        // Being told to stop is no failure of this service.
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .milliseconds(500))) != nil { self.sweep(now: .now) }
        }
    }

    /// Ends every flight that began longer than the limit ago.
    func sweep(now: ContinuousClock.Instant) {
        for shard in shards {
            let late = shard.flights.withLock { flights in flights.values.filter { now - $0.began > limit } }
            for flight in late { flight.expire() }
        }
    }
}

/// One request on its way through an endpoint.
final class Flight: Sendable {
    let began = ContinuousClock.now
    private let state = Mutex(State())
    private let bodyArrives = Atomic(false)

    /// The flight whose request body is being read; set for methods that carry one.
    @TaskLocal static var current: Flight?

    private struct State {
        var continuation: UnsafeContinuation<Response, any Error>?
        var task: Task<Void, Never>?
        var isOver = false
    }

    func start(_ continuation: UnsafeContinuation<Response, any Error>) {
        state.withLock { $0.continuation = continuation }
    }

    /// Takes the task in charge; cancels it at once if the flight is over already.
    func attach(_ task: Task<Void, Never>) {
        let isOver = state.withLock { state in
            state.task = task
            return state.isOver
        }
        if isOver { task.cancel() }
    }

    /// The first of answer, failure and expiry wins.
    func finish(_ result: Result<Response, any Error>) {
        let continuation = state.withLock { state in
            defer {
                state.continuation = nil
                state.task = nil
                state.isOver = true
            }
            return state.continuation
        }
        continuation?.resume(with: result)
    }

    /// The outcome is settled first, so that the cancelled endpoint cannot answer; then the task is
    /// cancelled, because a cancelled reader lets go of the request body, which the connection reads on
    /// from after the answer; then the answer goes out.
    func expire() {
        let kind: ProblemKind = bodyArrives.load(ordering: .relaxed) ? .requestTimeout : .timeout
        let (continuation, task) = state.withLock { state in
            defer {
                state.continuation = nil
                state.isOver = true
            }
            return (state.continuation, state.task)
        }
        task?.cancel()
        let headers = kind == .timeout ? [Problem.Header("Retry-After", "5")] : []
        continuation?.resume(throwing: Problem(kind, headers: headers))
    }

    func cancel() {
        state.withLock { $0.task }?.cancel()
    }

    static func readingBody<Value>(_ read: () async throws -> Value) async rethrows -> Value {
        guard let flight = current else { return try await read() }
        flight.bodyArrives.store(true, ordering: .relaxed)
        let value = try await read()
        flight.bodyArrives.store(false, ordering: .relaxed)
        return value
    }
}

/// Runs a route under the deadline.
struct TimedResponder<Responder: HTTPResponder>: HTTPResponder where Responder.Context == WebContext {
    let entry: RouteEntry
    let deadlines: RequestDeadlines
    let responder: Responder

    func respond(to request: Request, context: WebContext) async throws -> Response {
        let flight = Flight()
        deadlines.begin(flight)
        defer { deadlines.end(flight) }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                flight.start(continuation)
                // Not a child task: the answer to a late request must not wait for it.
                flight.attach(
                    Task {
                        do {
                            let response =
                                request.method == .get || request.method == .head
                                ? try await responder.respond(to: request, context: context)
                                : try await Flight.$current.withValue(flight) {
                                    try await responder.respond(to: request, context: context)
                                }
                            flight.finish(.success(response))
                        } catch {
                            flight.finish(.failure(error))
                        }
                    })
            }
        } onCancel: {
            flight.cancel()
        }
    }
}
