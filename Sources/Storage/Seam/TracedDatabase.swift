package import Tracing

/// Any database with a span around every read and every transaction, waiting included; put around the driver only where
/// tracing is on.
package struct TracedDatabase<Recorder: Tracer>: Database {
    private let inner: any Database
    private let tracer: Recorder

    package init(_ inner: any Database, tracer: Recorder) {
        self.inner = inner
        self.tracer = tracer
    }

    package var engine: DatabaseEngine { inner.engine }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Value
    ) async throws -> Value {
        try await spanned("read") { try await inner.read(body) }
    }

    package func transaction<Value: Sendable>(
        combining lane: CallLane?, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        try await spanned("transaction") { try await inner.transaction(combining: lane, body) }
    }

    package func schemaChange<Value: Sendable>(
        _ body: @escaping @Sendable (any SchemaTransaction) throws -> Value
    ) async throws -> Value {
        try await spanned("schema change") { try await inner.schemaChange(body) }
    }

    package func listen(_ channel: String) -> AsyncStream<Change> { inner.listen(channel) }
    package var load: DatabaseLoad { inner.load }
    package func checkHealth() async throws { try await inner.checkHealth() }
    package func close() async { await inner.close() }

    /// Work that nobody asked for (a background round) has no parent and makes no trace of its own.
    private func spanned<Value>(_ name: String, _ work: () async throws -> Value) async throws -> Value {
        guard let context = InstrumentationContext.current else { return try await work() }
        let span = tracer.startSpan(
            name, context: context, ofKind: .client, at: DefaultTracerClock.now, function: #function, file: #fileID,
            line: #line)
        defer { span.end() }
        if span.isRecording {
            span.updateAttributes { $0["db.system.name"] = engine == .sqlite ? "sqlite" : "postgresql" }
        }
        do {
            return try await work()
        } catch {
            span.recordError(error)
            throw error
        }
    }
}
