import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// Checks the CSRF token of every request that changes something, before the endpoint runs.
struct FormChecking: RouterMiddleware {
    let forms: FormGuard

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        switch request.method {
        case .get, .head, .options: return try await next(request, context)
        default: break
        }
        if let token = request.headers[.csrfToken] {
            try forms.check(request, token: token, context: context)
            return try await next(request, context)
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix(ParameterList.formType) == true else {
            throw Problem(.forgery)
        }
        // The endpoint reads the same body again.
        var request = request
        let buffer = try await RequestBodyReading.collect(request, limit: RequestBodyReading.standardLimit)
        request.body = RequestBody(buffer: buffer)
        let token = try ParameterList(encoded: buffer.readableBytesView).single(FormGuard.field)
        try forms.check(request, token: token, context: context)
        return try await next(request, context)
    }
}
