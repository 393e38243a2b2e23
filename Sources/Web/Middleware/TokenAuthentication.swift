import Core
import HTTPTypes
package import Hummingbird

/// Turns `Authorization: Bearer` (RFC 6750 §2.1) or `DPoP` (RFC 9449 §7.1) into the principal; a request without
/// either goes on as the public. Tokens in the query or the body are not looked at.
struct TokenAuthentication: RouterMiddleware {
    let verifier: (any AccessTokenVerifier)?

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let presented = try PresentedAccessToken.read(from: request, context) else {
            return try await next(request, context)
        }
        guard let verifier else { throw Problem.invalidToken(scheme: presented.scheme) }
        var context = context
        context.principal = try await verifier.verify(presented)
        context.tokenScheme = presented.scheme
        return try await next(request, context)
    }
}

extension PresentedAccessToken {
    /// - Returns: `nil` when the request carries no access token in its header.
    /// - Throws: 400 for two `Authorization` headers, 401 for a token with characters outside b64token.
    package static func read(from request: Request, _ context: WebContext) throws -> PresentedAccessToken? {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else { return nil }
        guard headers.count == 1 else {
            throw Problem.invalidTokenRequest("there are several Authorization headers")
        }
        guard let space = header.firstIndex(of: " "), let scheme = Scheme(name: header[..<space]) else { return nil }
        let token = header[space...].trimming { $0 == " " }
        guard isB64Token(token) else { throw Problem.invalidToken(scheme: scheme) }
        return PresentedAccessToken(String(token), scheme, request, context)
    }

    /// A token that came in a form body, which only RFC 6750 §2.2 allows for.
    package init(posted token: String, _ request: Request, _ context: WebContext) throws {
        guard Self.isB64Token(token[...]) else { throw Problem.invalidToken() }
        self.init(token, .bearer, request, context)
    }

    private init(_ token: String, _ scheme: Scheme, _ request: Request, _ context: WebContext) {
        self.init(
            token: token, scheme: scheme, proofs: request.headers[values: .dpop], method: request.method.rawValue,
            path: request.uri.path, certificate: context.clientCertificate)
    }

    private static func isB64Token(_ token: Substring) -> Bool {
        guard !token.isEmpty, token.utf8.count <= 8192 else { return false }
        var token = String(token)
        return token.withUTF8 { $0.allSatisfy { tokenBytes[Int($0)] } }
    }

    /// Looked up by byte: every request of the API brings some seven hundred of them.
    private static let tokenBytes = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D: true
        default: false
        }
    }
}

extension HTTPField.Name {
    /// RFC 9449 §4.1.
    package static let dpop = HTTPField.Name("dpop") ?? .authorization
}
