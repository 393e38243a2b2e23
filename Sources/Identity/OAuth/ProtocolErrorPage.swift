import Core
import Hummingbird
import Logging
import Web

/// The page for an error that must not be sent to the client: what it means for the person, and the
/// code for the system's developer. Nothing of the request is repeated (identity rule 24).
struct ProtocolErrorPage: Sendable {
    let renderer: PageRenderer

    func page(_ error: OAuthError, ofSignOut: Bool = false, context: WebContext) throws -> Response {
        context.logger.info(
            "protocol request refused", metadata: ["error": "\(error.code.rawValue)", "why": "\(error.description)"])
        // The links that change language and come back would carry the faulty address.
        var context = context
        context.target = "/"
        let model = NoticePage(
            errorCode: error.code.rawValue, errorText: error.description, clientFault: !ofSignOut,
            signOutFault: ofSignOut)
        return try renderer.render(
            "identity/notice", model, titleKey: "identity.notice.title", context: context, status: .badRequest)
    }
}
