import Core
import HTTPTypes
import Hummingbird
import Logging

/// One thing that must work before this process may receive requests.
package struct ReadinessCheck: Sendable {
    package let name: String
    package let check: @Sendable () async throws -> Void

    /// - Parameter check: throws when the thing does not work.
    package init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.check = check
    }
}

/// `/health/live`, `/health/ready` and `/metrics`.
struct OperationsRoutes {
    let services: WebServices
    let readers: [AddressRange]

    func addRoutes(to router: WebRouter) {
        router.infrastructure.get("/health/live") { _, _ in
            Response.json(.object(["status": "ok"])).withNoStore()
        }
        router.infrastructure.get("/health/ready") { _, context in
            await ready(context).withNoStore()
        }
        router.infrastructure.get("/metrics") { _, context in
            try metrics(context).withNoStore()
        }
    }

    private func ready(_ context: WebContext) async -> Response {
        var results = [JSONValue.Member]()
        var isReady = true
        for check in services.readiness {
            do {
                try await OperationsRoutes.within(.seconds(2), check.check)
                results.append(.init(check.name, "ok"))
            } catch {
                isReady = false
                context.logger.warning("not ready", metadata: ["check": "\(check.name)", "error": "\(error)"])
                results.append(.init(check.name, "failed"))
            }
        }
        let status: JSONValue = .string(isReady ? "ok" : "unavailable")
        return .json(
            .object(["status": status, "checks": .object(results)]), status: isReady ? .ok : .serviceUnavailable)
    }

    private static func within(_ limit: Duration, _ check: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await check() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Problem(.timeout)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func metrics(_ context: WebContext) throws -> Response {
        guard let registry = services.metrics else { throw Problem(.notFound) }
        // Behind a proxy on this machine it is the reader that counts, not the proxy.
        if context.connectionAddress != nil, !readers.contains(where: { $0.contains(context.clientAddress) }) {
            throw Problem(.notFound)
        }
        var response = Response.text(registry.text())
        response.headers[.contentType] = PrometheusText.mediaType
        return response
    }
}
