import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

/// Holds the port while the database or its schema is not there yet: alive, not ready, and everything else 503.
struct StandIn {
    let settings: ServerSettings
    let logger: Logger

    /// Serves until the attempt succeeds.
    ///
    /// - Parameter attempt: tried every second; its error is the reason for waiting.
    /// - Returns: `nil` when the process was told to stop meanwhile.
    func serve<Value: Sendable>(until attempt: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        let listener = HTTPListener(settings: settings)
        let application = Application(
            responder: StandIn.responder, server: try listener.server(), configuration: listener.application,
            logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        return try await withThrowingTaskGroup(of: Value?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask { try await repeated(attempt) }
            let first = try await tasks.next() ?? nil
            if first == nil { tasks.cancelAll() } else { await group.triggerGracefulShutdown() }
            while try await tasks.next() != nil {}
            return first
        }
    }

    private func repeated<Value>(_ attempt: () async throws -> Value) async throws -> Value? {
        var reason = ""
        while !Task.isCancelled {
            do {
                return try await attempt()
            } catch {
                let text = "\(OperatorMessage(error))"
                if text != reason { logger.warning("waiting", metadata: ["reason": "\(text)"]) }
                reason = text
                do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
            }
        }
        return nil
    }

    /// Whatever is asked for, by whatever method: a page that is not there yet is no page that does not exist.
    private static let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
        request.uri.path == "/health/live" ? answer(.ok, "ok") : answer(.serviceUnavailable, "waiting")
    }

    private static func answer(_ status: HTTPResponse.Status, _ word: String) -> Response {
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if status != .ok { headers[.retryAfter] = "5" }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: .init(string: "{\"status\":\"\(word)\"}")))
    }
}
