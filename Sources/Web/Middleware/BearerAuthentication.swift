import Core
import HTTPTypes
package import Hummingbird

/// Turns `Authorization: Bearer` (RFC 6750 §2.1) into the principal; a request without it goes on as
/// the public. Tokens in the query or the body are not looked at.
struct BearerAuthentication: RouterMiddleware {
    let verifier: (any AccessTokenVerifier)?

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let token = try BearerToken.read(from: request) else { return try await next(request, context) }
        guard let verifier else { throw Problem.invalidToken() }
        var context = context
        context.principal = try await verifier.verify(token)
        return try await next(request, context)
    }
}

/// The credentials of RFC 6750 §2.1.
package enum BearerToken {
    /// - Returns: `nil` when the request carries no bearer token.
    /// - Throws: 400 for two `Authorization` headers, 401 for a token with characters outside b64token.
    package static func read(from request: Request) throws -> String? {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else { return nil }
        guard headers.count == 1 else {
            throw Problem(.invalidRequest, "there are several Authorization headers")
        }
        guard header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { return nil }
        let token = header.dropFirst(7).trimming { $0 == " " }
        let isGood = token.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D: true
            default: false
            }
        }
        guard isGood, !token.isEmpty, token.utf8.count <= 8192 else { throw Problem.invalidToken() }
        return String(token)
    }
}
