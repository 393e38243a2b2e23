import CoreMetrics
import Synchronization
package import Tracing

/// The tracer of this process: decides what is recorded and collects ended spans for `SpanExport`.
///
/// A caller's `sampled` flag is an offer and no order: what a stranger marks is recorded only where our own share says
/// so too, and what a caller does not record is not recorded here.
package final class SpanRecorder: Tracer {
    /// Of 100 traces, so many are recorded; the same trace is judged alike everywhere.
    private let percent: UInt64
    private let ended = Mutex([EndedSpan]())
    private let dropped = CoreMetrics.Counter(label: "tracing_spans_dropped_total")
    /// Spans held when they come faster than they can be written; more are counted and dropped.
    private static let capacity = 8192

    package init(percent: Int) {
        self.percent = UInt64(min(max(percent, 0), 100))
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RecordedSpan {
        var context = context()
        let parent = context.traceParent
        let high = parent?.traceHigh ?? UInt64.random(in: 1...UInt64.max)
        let low = parent?.traceLow ?? UInt64.random(in: 1...UInt64.max)
        // Local parents carry our own decision already.
        let isSampled = parent.map { $0.isSampled && (context.isLocal || isChosen(low)) } ?? isChosen(low)
        context.traceParent = TraceParent(
            traceHigh: high, traceLow: low, span: UInt64.random(in: 1...UInt64.max), isSampled: isSampled)
        context.isLocal = true
        return RecordedSpan(
            operationName, kind: kind, context: context, parent: parent?.span,
            began: instant().nanosecondsSinceEpoch, recorder: isSampled ? self : nil)
    }

    package func activeSpan(identifiedBy context: InstrumentationContext) -> RecordedSpan? { nil }

    @available(*, deprecated)
    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: "traceparent", from: carrier) else { return }
        context.traceParent = TraceParent(text)
        context.isLocal = false
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let parent = context.traceParent else { return }
        injector.inject(parent.header, forKey: "traceparent", into: &carrier)
    }

    private func isChosen(_ low: UInt64) -> Bool { percent == 100 || low % 100 < percent }

    func keep(_ span: EndedSpan) {
        let isKept = ended.withLock { ended in
            guard ended.count < SpanRecorder.capacity else { return false }
            ended.append(span)
            return true
        }
        if !isKept { dropped.increment() }
    }

    /// Hands over the spans that have ended since the last call.
    func take(atMost limit: Int) -> [EndedSpan] {
        ended.withLock { ended in
            let batch = Array(ended.prefix(limit))
            ended.removeFirst(batch.count)
            return batch
        }
    }
}

extension InstrumentationContext {
    private enum ParentKey: InstrumentationContextKey { typealias Value = TraceParent }
    private enum LocalKey: InstrumentationContextKey { typealias Value = Bool }

    /// The span that what happens in this context belongs to.
    package var traceParent: TraceParent? {
        get { self[ParentKey.self] }
        set { self[ParentKey.self] = newValue }
    }

    /// Whether that span is one of this process.
    fileprivate var isLocal: Bool {
        get { self[LocalKey.self] ?? false }
        set { self[LocalKey.self] = newValue }
    }
}
