import HTTPTypes
import Hummingbird

/// The headers of identity rule 23 on every answer, errors included.
struct SecurityHeaders: RouterMiddleware {
    private let html: [HTTPField]
    private let data: [HTTPField]

    init(strictTransport: Bool) {
        var common = [
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: .referrerPolicy, value: "no-referrer"),
        ]
        if strictTransport {
            common.append(HTTPField(name: .strictTransportSecurity, value: "max-age=31536000; includeSubDomains"))
        }
        data = common + [HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'")]
        html =
            common + [
                HTTPField(name: .xFrameOptions, value: "DENY"),
                HTTPField(name: .openerPolicy, value: "same-origin"),
                HTTPField(
                    name: .permissionsPolicy, value: "camera=(self), geolocation=(self), microphone=(), payment=()"),
            ]
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let surface = context.surface
        response.headers.append(contentsOf: surface.isHTML ? html : data)
        let policy = response.headers[.contentSecurityPolicy] ?? ""
        if policy.hasSuffix(ContentSecurityPolicy.framedByAnybody) { response.headers[.xFrameOptions] = nil }
        if surface.isHTML, !response.headers.contains(.contentSecurityPolicy) {
            response.headers.append(ContentSecurityPolicy.standard)
        }
        if surface != .infrastructure, surface != .api, !response.headers.contains(.cacheControl) {
            response.headers.append(HTTPField(name: .cacheControl, value: "no-store"))
        }
        return response
    }
}
