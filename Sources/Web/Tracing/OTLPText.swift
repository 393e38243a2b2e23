import Core
import Tracing

/// Spans as OTLP/JSON (OpenTelemetry protocol 1.x, `ExportTraceServiceRequest`): ids in hexadecimal, 64-bit numbers as
/// text. The same text is the body for a collector and a line of its file format.
enum OTLPText {
    static func encode(_ spans: [EndedSpan], instance: String) -> [UInt8] {
        let resource: JSONValue = .object([
            "attributes": .array([
                attribute("service.name", .text("yimen")), attribute("service.instance.id", .text(instance)),
            ])
        ])
        let scope: JSONValue = .object([
            "scope": .object(["name": "yimen"]), "spans": .array(spans.map(span)),
        ])
        return JSONValue.object([
            "resourceSpans": .array([.object(["resource": resource, "scopeSpans": .array([scope])])])
        ]).encoded()
    }

    private static func span(_ span: EndedSpan) -> JSONValue {
        .object([
            "traceId": .string(span.place.traceID), "spanId": .string(span.place.spanID),
            "parentSpanId": span.parent.map { .string(TraceParent.hex($0)) },
            "name": .string(span.name), "kind": .integer(kind(span.kind)),
            "startTimeUnixNano": .string(String(span.began)), "endTimeUnixNano": .string(String(span.ended)),
            "attributes": span.attributes.isEmpty
                ? nil : .array(span.attributes.map { attribute($0.name, $0.value) }),
            "status": span.isError ? .object(["code": 2]) : nil,
        ])
    }

    private static func attribute(_ name: String, _ value: EndedSpan.Value) -> JSONValue {
        let member: JSONValue.Member =
            switch value {
            case .text(let text): .init("stringValue", .string(text))
            case .integer(let number): .init("intValue", .string(String(number)))
            case .boolean(let flag): .init("boolValue", .bool(flag))
            case .real(let number): .init("doubleValue", .number(number))
            }
        return .object(["key": .string(name), "value": .object([member])])
    }

    private static func kind(_ kind: SpanKind) -> Int64 {
        switch kind {
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        default: 1
        }
    }
}
