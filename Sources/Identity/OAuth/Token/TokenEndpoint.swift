import Core
import HTTPTypes
import Hummingbird
import Logging
import Web

/// `POST /oauth2/token` (RFC 6749 §3.2). Reads the body and the `Authorization` header, never the query.
struct TokenEndpoint: Sendable {
    let tokens: TokenService

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer("token", request, context) { asked in
            Self.response(try await tokens.answer(asked))
        }
    }

    /// RFC 6749 §5.1.
    private static func response(_ answer: TokenAnswer) -> Response {
        let body = JSONValue.object([
            "access_token": .string(answer.accessToken.reveal()), "token_type": .string(answer.type),
            "issued_token_type": answer.issuedType.map(JSONValue.string),
            "expires_in": .integer(Int64(answer.expiresIn)),
            "refresh_token": answer.refreshToken.map { .string($0.reveal()) },
            "id_token": answer.idToken.map { .string($0.reveal()) }, "scope": answer.scope.map(JSONValue.string),
        ])
        var response = Response.json(body).withNoStore()
        response.headers[.pragma] = "no-cache"
        return response
    }
}
