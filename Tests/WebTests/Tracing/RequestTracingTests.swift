import Core
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import TestKit
import Testing
import Tracing

@testable import Web

@Suite("Tracing: spans of requests, and where they go")
struct RequestTracingTests {
    private static let caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func spans(
        percent: Int = 100, _ headers: HTTPFields = [:], uri: String = "/bookings/secret-id?code=secret"
    ) async throws -> [EndedSpan] {
        let recorder = SpanRecorder(percent: percent)
        var fixture = WebFixture()
        fixture.services.tracing = recorder
        try await fixture.run { router in
            router.api.get("/bookings/{id}") { _, _ in
                recorder.withSpan("inside") { _ in }
                return Response.text("x")
            }
            router.api.get("/broken") { _, _ -> Response in throw Problem(.internalError) }
        } body: { client in
            _ = try await client.get(uri, headers)
        }
        return recorder.take(atMost: 100)
    }

    @Test func `a request is a span named after its route, with what happens inside below it`() async throws {
        let spans = try await spans()
        let request = try #require(spans.last)
        let inside = try #require(spans.first)
        #expect(spans.map(\.name) == ["inside", "GET /bookings/{id}"])
        #expect(request.kind == .server && request.parent == nil && !request.isError)
        #expect(inside.parent == request.place.span && inside.place.traceID == request.place.traceID)
        #expect(request.ended >= inside.ended && inside.began >= request.began)
        let text = String(decoding: OTLPText.encode(spans, instance: "i"), as: UTF8.self)
        #expect(text.contains(#"{"key":"http.response.status_code","value":{"intValue":"200"}}"#))
        #expect(text.contains(#"{"key":"http.route","value":{"stringValue":"/bookings/{id}"}}"#))
        #expect(!text.contains("secret"))
    }

    @Test func `a caller's trace goes on here`() async throws {
        let spans = try await spans([HTTPField.Name("traceparent")!: Self.caller])
        let request = try #require(spans.last)
        #expect(request.place.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(request.parent == 0x00F0_67AA_0BA9_02B7)
    }

    @Test func `what a caller does not record is not recorded, and its wish alone records nothing`() async throws {
        let quiet = Self.caller.dropLast(2) + "00"
        #expect(try await spans([HTTPField.Name("traceparent")!: String(quiet)]).isEmpty)
        #expect(try await spans(percent: 0, [HTTPField.Name("traceparent")!: Self.caller]).isEmpty)
        #expect(try await spans(percent: 0).isEmpty)
    }

    @Test func `a failure shows as an error`() async throws {
        let request = try #require(try await spans(uri: "/broken").last)
        #expect(request.isError)
    }

    @Test func `an unknown method does not name the span`() async throws {
        let recorder = SpanRecorder(percent: 100)
        var fixture = WebFixture()
        fixture.services.tracing = recorder
        try await fixture.run { client in _ = try await client.send(.init("PROPFIND")!, "/x") }
        #expect(recorder.take(atMost: 9).map(\.name) == ["_OTHER"])
    }

    @Test func `spans are appended to a file as OTLP lines`() async throws {
        try await withTemporaryDirectory { directory in
            let recorder = SpanRecorder(percent: 100)
            let export = SpanExport(
                recorder, to: .file(directory + "/spans.jsonl"), surroundings: Surroundings(),
                logger: Logger(label: "test"))
            for name in ["one", "two"] {
                recorder.withSpan(name) { _ in }
                await export.flush()
            }
            await export.flush()
            let lines = try String(contentsOfFile: directory + "/spans.jsonl", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2)
            let first = try JSONParser.parse(String(lines[0]))
            let span = first["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue?.first?["spans"]?
                .arrayValue?.first
            #expect(span?["name"] == "one" && span?["kind"] == 1)
            #expect(span?["traceId"]?.stringValue?.count == 32 && span?["spanId"]?.stringValue?.count == 16)
        }
    }

    @Test func `a target that does not answer costs no more than its spans`() async throws {
        let recorder = SpanRecorder(percent: 100)
        let export = SpanExport(
            recorder, to: .file("/nowhere/spans.jsonl"), surroundings: Surroundings(), logger: Logger(label: "test"))
        recorder.withSpan("one") { _ in }
        #expect(await export.flush())
        #expect(recorder.take(atMost: 9).isEmpty)
    }

    @Test func `an outbound call carries the trace on`() async throws {
        let recorder = SpanRecorder(percent: 100)
        let seen = Received()
        let router = Router()
        router.post("/callback") { request, _ in
            seen.keep(request.headers[HTTPField.Name("traceparent")!])
            return HTTPResponse.Status.ok
        }
        try await Application(router: router).test(.live) { client in
            let port = try #require(client.port)
            let outbound = OutboundClient(
                policy: OutboundPolicy(allowedRanges: AddressRange.loopback, allowsPlainHTTP: true), tracer: recorder)
            try await recorder.withSpan("request", ofKind: .server) { _ in
                let status = try await outbound.post(
                    Array("x".utf8), as: "text/plain", to: "http://127.0.0.1:\(port)/callback?code=secret")
                #expect(status == 200)
            }
        }
        let spans = recorder.take(atMost: 9)
        let call = try #require(spans.first)
        #expect(call.name == "POST" && call.kind == .client && call.parent == spans.last?.place.span)
        #expect(seen.value == call.place.header)
        let text = String(decoding: OTLPText.encode(spans, instance: "i"), as: UTF8.self)
        #expect(!text.contains("secret"))
    }
}

/// What a receiver saw.
private final class Received: Sendable {
    private let box = Mutex<String?>(nil)
    var value: String? { box.withLock { $0 } }
    func keep(_ text: String?) { box.withLock { $0 = text } }
}
