import Core
import Hummingbird

/// Asks the limiter before any work is done; endpoints ask again with narrower keys.
struct RateLimiting: RouterMiddleware {
    let limiter: (any RateLimiter)?

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        if let limiter, let rate = rate(of: request, context),
            let seconds = limiter.admit(rate, key: context.clientAddress)
        {
            throw Problem(.tooManyRequests, headers: [Problem.Header("Retry-After", String(seconds))])
        }
        return try await next(request, context)
    }

    private func rate(of request: Request, _ context: WebContext) -> RateClass? {
        let reads = request.method == .get || request.method == .head || request.method == .options
        return switch context.surface {
        case .infrastructure: nil
        case .api: reads ? .read : .write
        case .protocol: context.route?.path.hasPrefix("/oauth2/register") == true ? .registration : .token
        case .page: .page
        case .browser: reads ? .page : .signIn
        }
    }
}
