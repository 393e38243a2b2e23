import HTTPTypes
import Hummingbird

/// Believes `X-Forwarded-For` and `X-Forwarded-Proto` from configured proxies only.
struct TrustedAddress: RouterMiddleware {
    let proxies: [AddressRange]
    let isHTTPS: Bool

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if isHTTPS { context.scheme = "https" }
        if !proxies.isEmpty, let peer = context.connectionAddress, isTrusted(peer) {
            if let stated = client(in: request.headers[values: .xForwardedFor]) { context.statedAddress = stated }
            if let scheme = request.headers[.xForwardedProto]?.lowercased(), scheme == "https" || scheme == "http" {
                context.scheme = scheme
            }
        }
        return try await next(request, context)
    }

    private func isTrusted(_ address: String) -> Bool {
        proxies.contains { $0.contains(address) }
    }

    /// The rightmost address that is no proxy of ours: everything left of it is hearsay.
    func client(in headers: [String]) -> String? {
        let hops = headers.joined(separator: ",").split(separator: ",").map {
            String($0.trimming { $0 == " " || $0 == "\t" })
        }
        for hop in hops.reversed() {
            guard AddressRange(hop) != nil, !hop.contains("/") else { return nil }
            if !isTrusted(hop) { return hop }
        }
        return hops.first
    }
}
