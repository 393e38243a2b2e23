import Synchronization
package import Tracing

/// One piece of work with a beginning and an end.
package final class RecordedSpan: Span {
    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var isError = false
        var hasEnded = false
    }

    package let context: InstrumentationContext
    private let kind: SpanKind
    private let parent: UInt64?
    private let began: UInt64
    /// `nil` for a span that only carries the trace on.
    private let recorder: SpanRecorder?
    private let state: Mutex<State>

    init(
        _ name: String, kind: SpanKind, context: InstrumentationContext, parent: UInt64?, began: UInt64,
        recorder: SpanRecorder?
    ) {
        self.kind = kind
        self.context = context
        self.parent = parent
        self.began = began
        self.recorder = recorder
        state = Mutex(State(name: name))
    }

    package var isRecording: Bool { recorder != nil }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { if recorder != nil { state.withLock { $0.attributes = newValue } } }
    }

    package func setStatus(_ status: SpanStatus) {
        state.withLock { $0.isError = status.code == .error }
    }

    /// Only the kind of error: its words may hold what does not belong in a trace.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        state.withLock { state in
            state.isError = true
            state.attributes["error.type"] = String(describing: type(of: error))
        }
    }

    /// Events and links are not exported; what happens inside is told by spans of its own.
    package func addEvent(_ event: SpanEvent) {}
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let recorder, let own = context.traceParent else { return }
        let end = instant().nanosecondsSinceEpoch
        let ended: EndedSpan? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return EndedSpan(
                place: own, parent: parent, name: state.name, kind: kind, began: began, ended: end,
                attributes: EndedSpan.pairs(state.attributes), isError: state.isError)
        }
        if let ended { recorder.keep(ended) }
    }
}

/// A span that is over, as it is exported.
package struct EndedSpan: Sendable {
    let place: TraceParent
    let parent: UInt64?
    let name: String
    let kind: SpanKind
    /// Nanoseconds since 1970.
    let began: UInt64
    let ended: UInt64
    let attributes: [(name: String, value: Value)]
    let isError: Bool

    enum Value: Sendable {
        case text(String)
        case integer(Int64)
        case boolean(Bool)
        case real(Double)
    }

    static func pairs(_ attributes: SpanAttributes) -> [(name: String, value: Value)] {
        var pairs = [(name: String, value: Value)]()
        attributes.forEach { name, attribute in
            switch attribute {
            case .string(let text): pairs.append((name, .text(text)))
            case .int64(let number): pairs.append((name, .integer(number)))
            case .int32(let number): pairs.append((name, .integer(Int64(number))))
            case .bool(let flag): pairs.append((name, .boolean(flag)))
            case .double(let number): pairs.append((name, .real(number)))
            case .stringConvertible(let value): pairs.append((name, .text("\(value)")))
            default: return
            }
        }
        return pairs
    }
}
