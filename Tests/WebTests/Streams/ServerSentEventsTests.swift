import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
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
            router.api.get("/api/v1/events") { request, _ in
                let last = ServerSentEvents.lastEventID(of: request).flatMap { Int($0) } ?? 0
                let events = (last + 1...5).map { SSEEvent(id: "\($0)", data: "e\($0)") }
                return try streams.response(
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
            router.api.get("/api/v1/silent") { _, _ in
                try streams.response(
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
            router.api.get("/api/v1/events") { _, _ in
                try streams.response(events: AsyncStream<SSEEvent> { $0.finish() })
            }
        } body: { client in
            let response = try await client.get("/api/v1/events")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
        }
    }
}
