import AsyncHTTPClient
package import Core
import Foundation
import NIOCore
import NIOHTTP1
package import Tracing

/// The one way to call a system outside: resolved first, judged by address, connected to exactly the
/// address that was judged, no redirects, bounded in time and size.
package struct OutboundClient: Sendable {
    private let policy: OutboundPolicy
    /// `nil` makes no span and passes no trace on.
    private let tracer: (any Tracer)?

    package init(policy: OutboundPolicy, tracer: (any Tracer)? = nil) {
        self.policy = policy
        self.tracer = tracer
    }

    /// Posts a form; the body of the answer is not read.
    ///
    /// - Returns: the status of the answer.
    /// - Throws: `OutboundFault`.
    package func post(_ form: ParameterList, to uri: String) async throws -> Int {
        try await post(Array(form.encoded.utf8), as: ParameterList.formType, to: uri)
    }

    /// Posts a body; that of the answer is not read.
    ///
    /// - Returns: the status of the answer.
    /// - Throws: `OutboundFault`.
    package func post(_ body: [UInt8], as mediaType: String, to uri: String) async throws -> Int {
        var request = HTTPClientRequest(url: uri)
        request.method = .POST
        request.headers.add(name: "content-type", value: mediaType)
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request, to: uri) { Int($0.status.code) }
    }

    /// Asks whether a resource answers; its body is not read.
    ///
    /// - Returns: the status of the answer.
    /// - Throws: `OutboundFault`.
    package func status(of uri: String) async throws -> Int {
        try await send(HTTPClientRequest(url: uri), to: uri) { Int($0.status.code) }
    }

    /// Posts JSON with a bearer token; the body of the answer is not read.
    ///
    /// - Returns: the status of the answer.
    /// - Throws: `OutboundFault`.
    package func post(_ body: JSONValue, bearer: Secret<String>, to uri: String) async throws -> Int {
        var request = HTTPClientRequest(url: uri)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "authorization", value: "Bearer " + bearer.reveal())
        request.body = .bytes(ByteBuffer(bytes: body.encoded()))
        return try await send(request, to: uri) { Int($0.status.code) }
    }

    /// Reads a document.
    ///
    /// - Parameter limit: bytes of the body; a longer one is refused whole.
    /// - Throws: `OutboundFault`, also for any status but 200.
    package func document(at uri: String, limit: Int) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: uri)
        request.headers.add(name: "accept", value: "application/json, */*;q=0.1")
        return try await send(request, to: uri) { response in
            guard response.status == .ok else { throw OutboundFault.status(Int(response.status.code)) }
            let body = try await response.body.collect(upTo: limit)
            return Array(body.readableBytesView)
        }
    }

    private func send<Value: Sendable>(
        _ request: HTTPClientRequest, to uri: String,
        reading read: @escaping @Sendable (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        guard let url = URL(string: uri), let host = url.host, let scheme = url.scheme?.lowercased(),
            scheme == "https" || scheme == "http"
        else { throw OutboundFault.malformedURL }
        let address = try await admittedAddress(of: host, isSecure: scheme == "https")
        var request = request
        request.headers.add(name: "user-agent", value: "Yimen")
        return try await traced(&request, host: host) { request, note in
            try await send(request, host: host, address: address) { response in
                note(Int(response.status.code))
                return try await read(response)
            }
        }
    }

    /// A span around the call, whose place goes along as `traceparent`; it holds the host and never the path.
    ///
    /// - Parameter call: gets the request, and a closure to which it tells the status of the answer.
    private func traced<Value: Sendable>(
        _ request: inout HTTPClientRequest, host: String,
        _ call: (HTTPClientRequest, @escaping @Sendable (Int) -> Void) async throws -> Value
    ) async throws -> Value {
        guard let tracer else { return try await call(request) { _ in } }
        let span = OutboundClient.start(tracer, request.method.rawValue)
        defer { span.end() }
        tracer.inject(span.context, into: &request.headers, using: HeaderInjector())
        span.updateAttributes { $0["server.address"] = host }
        do {
            return try await call(request) { status in
                span.updateAttributes { $0["http.response.status_code"] = status }
                if status >= 400 { span.setStatus(SpanStatus(code: .error)) }
            }
        } catch {
            span.recordError(error)
            throw error
        }
    }

    private static func start(_ tracer: some Tracer, _ name: String) -> any Span {
        tracer.startSpan(
            name, context: .current ?? .topLevel, ofKind: .client, at: DefaultTracerClock.now, function: #function,
            file: #fileID, line: #line)
    }

    /// Every address must be admitted: a name that also points inside is refused as a whole.
    private func admittedAddress(of host: String, isSecure: Bool) async throws -> String {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let addresses = try await HostResolution.addresses(of: bare)
        guard let first = addresses.first(where: { !$0.contains(":") }) ?? addresses.first else {
            throw OutboundFault.unknownHost
        }
        guard addresses.allSatisfy({ policy.admits(address: $0, isSecure: isSecure) }) else {
            throw OutboundFault.addressNotAllowed
        }
        return first
    }

    private func send<Value: Sendable>(
        _ request: HTTPClientRequest, host: String, address: String,
        reading read: @escaping @Sendable (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [host: address]
        configuration.timeout.connect = .nanoseconds(policy.timeout.nanoseconds)
        configuration.timeout.read = .nanoseconds(policy.timeout.nanoseconds)
        // Its own spans would hold whole addresses.
        configuration.tracing.tracer = nil
        // One client a call: the judged address is part of its configuration, and calls are few.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Result<Value, any Error>
        do {
            let sent = request
            outcome = .success(
                try await withinTime {
                    try await read(
                        try await client.execute(sent, timeout: .nanoseconds(policy.timeout.nanoseconds)))
                })
        } catch let fault as OutboundFault {
            outcome = .failure(fault)
        } catch {
            outcome = .failure(OutboundFault.noAnswer(OutboundClient.words(for: error)))
        }
        try await client.shutdown()
        return try outcome.get()
    }

    /// What a person can act on, where the libraries tell of their own calls.
    private static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as HTTPClientError: error.shortDescription.lowercased()
        case _ where "\(error)".contains("CERTIFICATE_VERIFY_FAILED"): "its certificate is not trusted here"
        default: "\(error)"
        }
    }

    /// Head and body together: an answer that drips in is cut off at twice the limit of its parts.
    private func withinTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws
        -> Value
    {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: policy.timeout * 2)
                throw OutboundFault.noAnswer("the answer took too long")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw OutboundFault.noAnswer("nothing came") }
            return value
        }
    }
}

private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout HTTPHeaders) {
        carrier.replaceOrAdd(name: key, value: value)
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
