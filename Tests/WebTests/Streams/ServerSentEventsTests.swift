import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite("HTML §9.2: server-sent events")
struct ServerSentEventsTests {
    @Test func `an event is encoded line by line and cannot be broken out of`() {
        let event = SSEEvent(id: "7\nid: 8", event: "called\r\ndata: x", data: "a\nb\r\nc", retry: 2000)
        #expect(
            String(buffer: event.encoded)
                == "id: 7id: 8\nevent: calleddata: x\nretry: 2000\ndata: a\ndata: b\ndata: c\n\n")
        #expect(String(buffer: SSEEvent(data: "").encoded) == "data: \n\n")
    }

    @Test func `what was missed is replayed from the last id, then the stream goes on`() async throws {
        try await WebFixture().run(live: true) { router in
            let streams = router.streams
            router.api.get("/api/v1/events") { request, context in
                let last = ServerSentEvents.lastEventID(of: request).flatMap { Int($0) } ?? 0
                let events = (last + 1...5).map { SSEEvent(id: "\($0)", data: "e\($0)") }
                return try streams.response(
                    to: request, context,
                    events: AsyncStream { source in
                        for event in events { source.yield(event) }
                        source.finish()
                    })
            }
        } body: { client in
            let response = try await client.get("/api/v1/events", [HTTPField.Name("last-event-id")!: "3"])
            #expect(response.headers[.contentType] == "text/event-stream; charset=utf-8")
            let blocks = response.text.components(separatedBy: "\n\n")
            #expect(blocks.dropFirst() == ["id: 4\ndata: e4", "id: 5\ndata: e5", ""])
            let pause = try #require(Int(blocks[0].dropFirst("retry: ".count)))
            #expect(blocks[0].hasPrefix("retry: ") && (1_500...6_000).contains(pause))
        }
    }

    @Test func `heartbeats go out on a silent stream`() async throws {
        var fixture = WebFixture()
        fixture.settings.heartbeat = .milliseconds(20)
        try await fixture.run(live: true) { router in
            let streams = router.streams
            router.api.get("/api/v1/silent") { request, context in
                try streams.response(
                    to: request, context,
                    events: AsyncStream<SSEEvent> { source in
                        let timer = Task {
                            try? await Task.sleep(for: .seconds(2))
                            source.finish()
                        }
                        source.onTermination = { _ in timer.cancel() }
                    })
            }
        } body: { client in
            let response = try await client.get("/api/v1/silent")
            #expect(response.text.components(separatedBy: "event: beat\ndata: {}\n\n").count > 3)
        }
    }

    @Test func `one stream too many is refused with a time to come back`() async throws {
        var fixture = WebFixture()
        fixture.settings.maximumStreams = 0
        try await fixture.run { router in
            let streams = router.streams
            router.api.get("/api/v1/events") { request, context in
                try streams.response(to: request, context, events: AsyncStream<SSEEvent> { $0.finish() })
            }
        } body: { client in
            let response = try await client.get("/api/v1/events")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
        }
    }

    @Test func `no address takes the places of all others, and what is let go of is free again`() throws {
        let places = StreamPlaces(limit: 5, limitPerAddress: 2)
        func refusal(_ address: String) -> ProblemKind? {
            do {
                _ = try places.take(for: address)
                return nil
            } catch {
                return (error as? Problem)?.kind
            }
        }
        var mine = [try places.take(for: "192.0.2.1"), try places.take(for: "192.0.2.1")]
        #expect(refusal("192.0.2.1") == .tooManyRequests)
        // One household has one /64.
        let home = [try places.take(for: "2001:db8::1"), try places.take(for: "2001:db8::2")]
        #expect(refusal("2001:db8::3") == .tooManyRequests)
        #expect(refusal("192.0.2.2") == nil, "what was taken for the asking was let go of at once")
        let last = try places.take(for: "192.0.2.3")
        #expect(refusal("192.0.2.2") == .busy)
        #expect(throws: Problem.self) { try places.requireFree(for: "192.0.2.2") }
        for _ in 0..<2 { mine[0].leave() }
        #expect(places.count == 4 && refusal("192.0.2.1") == nil)
        mine = []
        #expect(places.count == 3)
        for place in home + [last] { place.leave() }
        #expect(places.count == 0)
    }

    @Test func `who asks whether there is a place is never in the way of who takes it`() async {
        let places = StreamPlaces(limit: 1, limitPerAddress: 1)
        let refused = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for _ in 0..<50_000 { try? places.requireFree(for: "192.0.2.1") }
                return 0
            }
            group.addTask { (0..<50_000).count { _ in (try? places.take(for: "192.0.2.1")) == nil } }
            return await group.reduce(0, +)
        }
        #expect(refused == 0 && places.count == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func `one caller has only so many streams, and asking for the head alone takes none`() async throws {
        var fixture = WebFixture()
        fixture.settings.streamsPerAddress = 1
        fixture.settings.heartbeat = .milliseconds(20)
        try await fixture.run(live: true) { router in
            let streams = router.streams
            router.api.get("/api/v1/events") { request, context in
                try streams.response(to: request, context, events: AsyncStream<SSEEvent> { _ in })
            }
        } body: { client in
            func isServed() async throws -> Bool { try await client.send(.head, "/api/v1/events").status == .ok }
            for _ in 0..<3 { #expect(try await within(.seconds(10), isServed)) }
            let board = try await SilentClient(port: try #require(client.port)).open("/api/v1/events")
            // The board's own request may not have arrived yet.
            let isRefused = try await within(.seconds(10)) {
                let answer = try await client.send(.head, "/api/v1/events")
                return answer.status == .tooManyRequests && answer.headers[.retryAfter] == "5"
            }
            #expect(isRefused)
            try await board.close()
            #expect(try await within(.seconds(10), isServed))
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a client that goes away from a silent stream is noticed without an event`() async throws {
        var fixture = WebFixture()
        fixture.settings.heartbeat = .seconds(3_600)
        let open = Mutex<ServerSentEvents?>(nil)
        try await fixture.run(live: true) { router in
            let streams = router.streams
            open.withLock { $0 = streams }
            router.api.get("/api/v1/silent") { request, context in
                try streams.response(to: request, context, events: AsyncStream<SSEEvent> { _ in })
            }
        } body: { client in
            let streams = try #require(open.withLock { $0 })
            let board = try await SilentClient(port: try #require(client.port)).open("/api/v1/silent")
            #expect(try await within(.seconds(10)) { streams.count == 1 })
            try await board.close()
            #expect(try await within(.seconds(10)) { streams.count == 0 })
        }
    }

    /// The one event fills the buffers of the two sockets by itself: what waits then is the end of the stream.
    @Test(.timeLimit(.minutes(10)), arguments: [(1 << 18, Int.max), (1 << 23, 1)])
    func `a client that reads nothing is cut, and its place is free`(size: Int, events: Int) async throws {
        var fixture = WebFixture()
        fixture.settings.streamWriteTimeout = .milliseconds(400)
        let open = Mutex<ServerSentEvents?>(nil)
        // On a busy machine the stream may come and go between two looks at the count.
        let isOpen = Mutex(false)
        try await fixture.run(live: true) { router in
            let streams = router.streams
            open.withLock { $0 = streams }
            let event = SSEEvent(data: String(repeating: "x", count: size))
            router.api.get("/api/v1/flood") { request, context in
                let sent = Mutex(0)
                let flood = AsyncStream(unfolding: {
                    sent.withLock { sent in
                        sent += 1
                        return sent <= events ? event : nil
                    }
                })
                let response = try streams.response(to: request, context, events: flood)
                isOpen.withLock { $0 = true }
                return response
            }
        } body: { client in
            let streams = try #require(open.withLock { $0 })
            let board = try await SilentClient(port: try #require(client.port)).open("/api/v1/flood")
            #expect(try await within(.seconds(30)) { isOpen.withLock { $0 } })
            // Some megabytes fit into the buffers of the two sockets before a write has to wait.
            #expect(try await within(.seconds(120)) { streams.count == 0 })
            try? await board.close()
        }
    }
}

/// Asks for a stream and reads nothing of it.
private struct SilentClient {
    let port: Int

    func open(_ path: String) async throws -> any NIOCore.Channel {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: "localhost", port: port).get()
        try await channel.writeAndFlush(
            ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        return channel
    }
}

/// Whether the condition comes true in time.
private func within(_ time: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + time
    while .now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}
