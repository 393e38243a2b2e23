import Core
import Hummingbird
import Logging
import Web

/// The frame of every endpoint that clients call and that answers in JSON: one reading of the
/// request, one form of errors (RFC 6749 §5.2).
enum MachineEndpoint {
    /// - Parameters:
    ///   - name: for the log line of a refusal.
    ///   - forbidden: the error code that is answered with 403.
    static func answer(
        _ name: String, _ request: Request, _ context: WebContext, forbidden: OAuthError.Code? = nil,
        _ body: (ClientRequest) async throws -> Response
    ) async throws -> Response {
        do {
            var asked = try await ClientRequest.read(request)
            asked.certificate = context.clientCertificate
            return try await body(asked)
        } catch let error as OAuthError {
            context.logger.info(
                "\(name) refused", metadata: ["error": "\(error.code.rawValue)", "why": "\(error.description)"])
            return OAuthErrorBody.response(error, forbidden: forbidden)
        }
    }
}
