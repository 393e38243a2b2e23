import Core
import HTTPTypes
import Hummingbird
import Web

/// The JSON form of an error at machine endpoints (RFC 6749 §5.2); a 401 carries its challenge (RFC 9110 §15.5.2).
enum OAuthErrorBody {
    /// - Parameter forbidden: the code that this endpoint answers with 403.
    static func response(_ error: OAuthError, forbidden: OAuthError.Code? = nil) -> Response {
        let body = JSONValue.object([
            "error": .string(error.code.rawValue), "error_description": .string(error.description),
        ])
        let status: HTTPResponse.Status =
            error.code == .invalidClient ? .unauthorized : error.code == forbidden ? .forbidden : .badRequest
        var response = Response.json(body, status: status).withNoStore()
        response.headers[.pragma] = "no-cache"
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Basic realm=\"yimen\", charset=\"UTF-8\"" }
        if let nonce = error.nonce { response.headers[.dpopNonce] = nonce }
        return response
    }
}

extension HTTPField.Name {
    /// RFC 9449 §8.
    static let dpopNonce = HTTPField.Name("dpop-nonce") ?? .cacheControl
    static let pragma = HTTPField.Name("pragma") ?? .cacheControl
}
