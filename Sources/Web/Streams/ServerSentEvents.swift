import Core
import HTTPTypes
package import Hummingbird
import NIOCore
import ServiceLifecycle

/// Event streams: heartbeats through idle proxies, a limit of open streams in all and for one address, an orderly
/// end at shutdown and as soon as the client has gone, and neither memory nor a place without end for one that does not
/// read.
package final class ServerSentEvents: Sendable {
    private let places: StreamPlaces
    private let heartbeat: Duration
    private let writeTimeout: Duration
    /// Events waiting for one slow client; beyond them it is cut and comes back with `Last-Event-ID`.
    private static let backlog = 256
    /// Milliseconds after which a cut client comes back.
    private static let comeBack = 1_500...6_000

    init(_ settings: WebSettings) {
        places = StreamPlaces(limit: settings.maximumStreams, limitPerAddress: settings.streamsPerAddress)
        heartbeat = settings.heartbeat
        writeTimeout = settings.streamWriteTimeout
    }

    /// Streams open now.
    package var count: Int { places.count }

    /// The id of the last event that a returning client saw; bounded, for the caller to interpret.
    package static func lastEventID(of request: Request) -> String? {
        guard let id = request.headers[.lastEventID], !id.isEmpty, id.utf8.count <= 128 else { return nil }
        return id
    }

    /// - Parameters:
    ///   - request: as it came in, its body unread and unchanged; tells when the client goes.
    ///   - context: of the request, whose address and connection the stream takes up.
    ///   - events: what this client gets, the replay first; its iteration is cancelled when the client goes.
    /// - Throws: 503 when as many streams as allowed are open, 429 when one address has as many as it may.
    package func response<Events: AsyncSequence & Sendable>(
        to request: Request, _ context: WebContext, events: Events
    ) throws -> Response where Events.Element == SSEEvent {
        let headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no",
        ]
        if request.method == .head {
            try places.requireFree(for: context.clientAddress)
            return Response(status: .ok, headers: headers)
        }
        let place = try places.take(for: context.clientAddress)
        let connection = context.connection
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                defer { place.leave() }
                let (chunks, source) = AsyncStream.makeStream(
                    of: ByteBuffer.self, bufferingPolicy: .bufferingOldest(ServerSentEvents.backlog))
                // Else a client that has gone is noticed by the next event only, and the first one after a hall's boards
                // were switched off would pay for all of them.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await self.write(events, through: chunks, source, to: &writer, over: connection)
                } onInboundClosed: {
                    source.finish()
                }
            })
    }

    private func write<Events: AsyncSequence & Sendable>(
        _ events: Events, through chunks: AsyncStream<ByteBuffer>, _ source: AsyncStream<ByteBuffer>.Continuation,
        to writer: inout any ResponseBodyWriter, over connection: (any NIOCore.Channel)?
    ) async throws where Events.Element == SSEEvent {
        let watch = WriteWatch(limit: writeTimeout)
        // The first bytes tell the client that the stream is open.
        source.yield(SSEEvent.opening(retry: Int.random(in: ServerSentEvents.comeBack)))
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
                group.addTask {
                    try await watch.waitUntilStuck()
                    // The write that waits then fails, and the stream with it.
                    connection?.close(promise: nil)
                }
                defer { group.cancelAll() }
                for await chunk in chunks { try await watch.writing { try await writer.write(chunk) } }
                // The end waits, too, behind what a client does not read.
                try await watch.writing { try await writer.finish(nil) }
            }
        } onGracefulShutdown: {
            source.finish()
        }
    }
}

extension HTTPField.Name {
    fileprivate static let xAccelBuffering = HTTPField.Name("x-accel-buffering") ?? .cacheControl
}
