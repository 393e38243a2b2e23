import Core
import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import TestKit
import Testing

@testable import Web

@Suite("Operations: logs, metrics, health")
struct OperationsTests {
    private func captured(_ body: (LogSink) async throws -> Void) async throws -> [JSONValue] {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: path))
        let sink = LogSink(descriptor: file.fileDescriptor, clock: FixedClock(Instant(milliseconds: 1_795_000_000_123)))
        try await body(sink)
        sink.flush()
        try file.close()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    }

    @Test func `a request is one line with its route and without its query`() async throws {
        let lines = try await captured { sink in
            var fixture = WebFixture()
            fixture.services.logSink = sink
            try await fixture.run { router in
                router.pages.get("/bookings/{id}") { _, _ in Response.text("x") }
            } body: { client in
                _ = try await client.get("/bookings/secret-id?code=secret-code", [.cookie: "a=secret-cookie"])
                _ = try await client.get("/secret-path?state=secret-state")
            }
        }
        let requests = lines.filter { $0["message"] == "request" }
        #expect(requests.count == 2)
        #expect(requests.first?["route"] == "/bookings/{id}")
        #expect(requests.first?["status"] == 200)
        #expect(requests.first?["method"] == "GET")
        #expect(requests.last?["route"] == "none")
        #expect(requests.first?["time"] == "2026-11-18T11:06:40.123Z")
        #expect(!"\(lines)".contains("secret"))
    }

    @Test(.timeLimit(.minutes(10)))
    func `an error is written soon, and nobody who logs one waits for a disk that stands still`() async throws {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let running = Task { try await sink.run() }
        // Before the thread runs, whoever logs an error writes it; only the thread writes this.
        sink.write(Array("first\n".utf8))
        #expect(pipe.fileHandleForReading.availableData == Data("first\n".utf8))
        // More than a pipe holds: the thread waits for its reader.
        sink.write(Array(repeating: UInt8(ascii: "x"), count: 1 << 20), atOnce: true)
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock.now
        for _ in 0..<3 { sink.write(Array("error\n".utf8), atOnce: true) }
        #expect(ContinuousClock.now - start < .seconds(5))
        var read = Data()
        while read.count < 1 << 20 || !read.suffix(18).elementsEqual("error\nerror\nerror\n".utf8) {
            read += pipe.fileHandleForReading.availableData
        }
        running.cancel()
        try await running.value
    }

    @Test func `values under the names of secrets are hidden`() async throws {
        let lines = try await captured { sink in
            var logger = Logger(label: "test") { JSONLogHandler(label: $0, sink: sink) }
            logger[metadataKey: "hb.request.id"] = "r1"
            logger.info("x", metadata: ["access_token": "t", "clientSecret": "s", "Cookie": "c", "hall": "jinan"])
            logger.debug("not written")
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line["access_token"] == "[secret]")
        #expect(line["clientSecret"] == "[secret]")
        #expect(line["Cookie"] == "[secret]")
        #expect(line["hall"] == "jinan")
        #expect(line["id"] == "r1")
        #expect(line["logger"] == "test")
    }

    @Test func `requests are counted by route, method and status class`() async throws {
        var fixture = WebFixture()
        let registry = MetricsRegistry()
        fixture.services.metrics = registry
        try await fixture.run { router in
            router.pages.get("/bookings/{id}") { _, _ in Response.text("x") }
        } body: { client in
            _ = try await client.get("/bookings/1")
            _ = try await client.get("/bookings/2")
            _ = try await client.send(.init("PROPFIND")!, "/anything")
            let response = try await client.get("/metrics")
            #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let text = response.text
            #expect(text.contains("# TYPE http_server_request_duration_seconds histogram\n"))
            #expect(
                text.contains(
                    #"http_server_request_duration_seconds_count{method="GET",route="/bookings/{id}",status="2xx"} 2"#))
            #expect(text.contains(#"{method="other",route="none",status="4xx",le="+Inf"} 1"#))
            #expect(text.contains("http_server_active_requests 1\n"))
        }
    }

    @Test func `metrics of other libraries are printed by the same registry`() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "outbox.sent", dimensions: [("topic", "a\"b")]).increment(by: 3)
        registry.makeMeter(label: "queue", dimensions: []).set(1.5)
        let timer = registry.makeTimer(label: "call", dimensions: [])
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(40_000_000_000)
        let text = registry.text()
        #expect(text.contains("# TYPE outbox_sent counter\noutbox_sent{topic=\"a\\\"b\"} 3\n"))
        #expect(text.contains("queue 1.5\n"))
        #expect(text.contains("call_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("call_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("call_seconds_sum 40.003\n"))
        registry.destroyTimer(timer)
        #expect(!registry.text().contains("call_seconds"))
    }

    @Test func `what may take hours has buckets for hours`() {
        let registry = MetricsRegistry(slow: ["logout"])
        registry.makeTimer(label: "logout", dimensions: [("outcome", "told")]).recordNanoseconds(1_800_000_000_000)
        registry.makeTimer(label: "call", dimensions: []).recordNanoseconds(1_000_000)
        let text = registry.text()
        #expect(text.contains("logout_seconds_bucket{outcome=\"told\",le=\"900.0\"} 0\n"))
        #expect(text.contains("logout_seconds_bucket{outcome=\"told\",le=\"3600.0\"} 1\n"))
        #expect(
            text.contains("call_seconds_bucket{le=\"10.0\"} 1\n") && !text.contains("call_seconds_bucket{le=\"3600"))
    }

    @Test func `readiness names what fails`() async throws {
        struct Down: Error {}
        var fixture = WebFixture()
        fixture.services.readiness = [ReadinessCheck("database") {}, ReadinessCheck("keys") { throw Down() }]
        try await fixture.run { client in
            #expect(try await client.get("/health/live").status == .ok)
            let response = try await client.get("/health/ready")
            #expect(response.status == .serviceUnavailable)
            #expect(try response.json()["checks"]?["database"] == "ok")
            #expect(try response.json()["checks"]?["keys"] == "failed")
            #expect(!response.text.contains("Down"))
        }
    }
}
