import Core
import HTTPTypes
package import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Event streams: heartbeats through idle proxies, a limit of open streams, an orderly end at
/// shutdown, and no unbounded memory for a client that does not read.
package final class ServerSentEvents: Sendable {
    private let limit: Int
    private let heartbeat: Duration
    private let open = Mutex(0)
    /// Events waiting for one slow client; beyond them it is cut and comes back with `Last-Event-ID`.
    private static let backlog = 256
    /// Milliseconds after which a cut client comes back.
    private static let comeBack = 1_500...6_000

    init(limit: Int, heartbeat: Duration) {
        self.limit = limit
        self.heartbeat = heartbeat
    }

    /// Streams open now.
    package var count: Int { open.withLock { $0 } }

    /// The id of the last event that a returning client saw; bounded, for the caller to interpret.
    package static func lastEventID(of request: Request) -> String? {
        guard let id = request.headers[.lastEventID], !id.isEmpty, id.utf8.count <= 128 else { return nil }
        return id
    }

    /// - Parameter events: what this client gets, the replay first; its iteration is cancelled when
    ///   the client goes.
    /// - Throws: 503 when as many streams as allowed are open.
    package func response<Events: AsyncSequence & Sendable>(events: Events) throws -> Response
    where Events.Element == SSEEvent {
        guard open.withLock({ $0 < limit }) else { throw Problem.busy(retryAfter: 5) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                try await self.counted { try await self.write(events, to: &writer) }
                try await writer.finish(nil)
            })
    }

    private func counted(_ body: () async throws -> Void) async throws {
        open.withLock { $0 += 1 }
        defer { open.withLock { $0 -= 1 } }
        try await body()
    }

    private func write<Events: AsyncSequence & Sendable>(
        _ events: Events, to writer: inout any ResponseBodyWriter
    ) async throws where Events.Element == SSEEvent {
        let (chunks, source) = AsyncStream.makeStream(
            of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(ServerSentEvents.backlog))
        // The first bytes tell the client that the stream is open.
        try await writer.write(SSEEvent.opening(retry: Int.random(in: ServerSentEvents.comeBack)))
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { source.finish() }
                    for try await event in events {
                        guard case .enqueued = source.yield(event.encoded) else { return }
                    }
                }
                group.addTask { [heartbeat] in
                    while true {
                        try await Task.sleep(for: heartbeat)
                        guard case .enqueued = source.yield(SSEEvent.heartbeat) else { return }
                    }
                }
                defer { group.cancelAll() }
                for await chunk in chunks { try await writer.write(chunk) }
            }
        } onGracefulShutdown: {
            source.finish()
        }
    }
}

extension HTTPField.Name {
    fileprivate static let xAccelBuffering = HTTPField.Name("x-accel-buffering") ?? .cacheControl
}
