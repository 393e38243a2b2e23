import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
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
            #expect(ContinuousClock.now - start < .seconds(5))
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
