import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing

@testable import Web

@Suite("Deadlines: a request that takes too long is answered all the same")
struct DeadlineTests {
    @Test func `a slow endpoint is 503, is cancelled, and other requests go on`() async throws {
        var fixture = WebFixture()
        fixture.settings.requestTimeout = .milliseconds(300)
        let wasCancelled = Mutex(false)
        try await fixture.run { router in
            router.api.get("/api/v1/slow") { _, _ in
                do {
                    try await Task.sleep(for: .seconds(30))
                } catch {
                    wasCancelled.withLock { $0 = true }
                    throw error
                }
                return Response.text("late")
            }
            router.api.get("/api/v1/quick") { _, _ in Response.text("quick") }
        } body: { client in
            let start = ContinuousClock.now
            let response = try await client.get("/api/v1/slow")
            #expect(response.status == .serviceUnavailable)
            #expect(response.headers[.retryAfter] == "5")
            #expect(try response.json()["type"] == "urn:yimen:problem:timeout")
            #expect(ContinuousClock.now - start < .seconds(25), "the answer waited for the endpoint")
            #expect(try await client.get("/api/v1/quick").text == "quick")
        }
        #expect(wasCancelled.withLock { $0 })
    }

    @Test func `an endpoint that does not listen to cancellation holds nobody up`() async throws {
        var fixture = WebFixture()
        fixture.settings.requestTimeout = .milliseconds(200)
        try await fixture.run(live: true) { router in
            router.api.get("/api/v1/deaf") { _, _ in
                for _ in 0..<30 { try? await Task.sleep(for: .milliseconds(100), clock: .deaf) }
                return Response.text("late")
            }
        } body: { client in
            let response = try await client.get("/api/v1/deaf")
            #expect(response.status == .serviceUnavailable)
        }
    }

    @Test func `a body that trickles in is 408 and the connection is closed`() async throws {
        var fixture = WebFixture()
        fixture.settings.requestTimeout = .milliseconds(300)
        try await fixture.run(live: true) { router in
            router.api.post("/api/v1/things") { request, _ in
                Response.json(try await JSONBody.read(request).value)
            }
        } body: { client in
            let port = try #require(client.port)
            let answer = try await TrickledRequest(port: port).send(
                head: "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 50\r\n\r\n", body: "{\"a\": ")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect(answer.contains("urn:yimen:problem:request-timeout"))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func `an upload far over the limit is refused and cut off`() async throws {
        try await WebFixture().run(live: true) { router in
            router.api.post("/api/v1/things") { request, _ in
                Response.json(try await JSONBody.read(request).value)
            }
        } body: { client in
            let port = try #require(client.port)
            let answer = try await TrickledRequest(port: port).send(
                head: "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 500000000\r\n\r\n", body: "{\"a\": ")
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }
}

/// Sends a part of a request over a plain socket and reads until the server closes.
private struct TrickledRequest {
    let port: Int

    func send(head: String, body: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head + body))
            var text = ""
            for try await buffer in inbound { text += String(buffer: buffer) }
            return text
        }
    }
}

/// Sleeps on although its task is cancelled.
struct DeafClock: Clock {
    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        await Task.detached { try? await Task.sleep(until: deadline, clock: .continuous) }.value
    }
}

extension Clock where Self == DeafClock {
    static var deaf: DeafClock { DeafClock() }
}
